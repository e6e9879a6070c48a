import type { Advisory, AffectedPackage, SeverityVector } from '@tidewaiter/contracts';
import { childrenOf, textOf, type XmlElement } from '@tidewaiter/formats';
import type { Feed, FeedIo, FeedProblem, Fetched, Fingerprint, Snapshot } from '../feed';
import { addressBelow, isDirectory } from '../address';
import { fetchSource } from '../fetch-source';
import { intervalOf } from '../oval/bounds';
import { ovalDefinitions, type OvalDefinition } from '../oval/oval';
import { affectedBetween } from '../records/affected';
import { RecordsById } from '../records/records-by-id';

export const azureLinuxFeed: Feed = {
  id: 'azure-linux',
  revision: 2,
  covers: ['Azure Linux'],
  speaksFor: ['Azure Linux'],
  isByRelease: true,
  address: 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/',
  fetch: fetchReleases,
  parse,
};

const documents = ['azurelinux-3.0-oval.xml', 'cbl-mariner-2.0-oval.xml', 'cbl-mariner-1.0-oval.xml'];

async function fetchReleases(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  if (!isDirectory(io.source)) return fetchSource(last, io, { isEachLasting: true });
  const files = documents.map((name) => {
    return { url: addressBelow(io.source, name), name, part: 'azure-linux', isOptional: true, isLasting: true };
  });
  return io.downloadAll(files, last);
}

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(azureLinuxFeed.id);
  for (const part of parts) {
    for await (const item of ovalDefinitions(part)) {
      if (!('definition' in item)) {
        yield item;
        continue;
      }
      const problem = addDefinition(item.definition, item.path, records);
      if (problem === undefined) continue;
      const { path } = item;
      yield {
        code: 'azure-definition-invalid',
        message: `${item.definition.id} in ${path} ${problem}`,
        part: part.name,
        path,
      };
    }
  }
  yield* records.advisories();
}

/** What is wrong with a definition, as the end of a sentence about it. */
function addDefinition(
  { metadata, alternatives }: OvalDefinition,
  path: string,
  records: RecordsById,
): string | undefined {
  const release = /(?<!\d)(\d+)\.\d+-oval/.exec(path)?.[1];
  if (release === undefined) return 'is of a release that the name of its file does not say (azurelinux-3.0-oval.xml)';
  const cve = childrenOf(metadata, 'reference').find((reference) => reference.attributes.get('source') === 'CVE');
  const id = cve?.attributes.get('ref_id');
  if (id === undefined) return 'names no CVE';
  const status = statusOf(metadata);
  if (status === undefined) return `has "patchable" ${textOf(metadata, 'patchable') ?? 'missing'}, which is not known`;
  const severities = severitiesOf(metadata);
  const affected: AffectedPackage[] = [];
  for (const leaves of alternatives) {
    const names = new Set(leaves.map((leaf) => leaf.package?.name));
    const [name] = names;
    const events = intervalOf(leaves);
    if (name === undefined || name === '' || names.size > 1 || events === undefined)
      return 'has a test that is not known';
    const facts = { severities, ...(status === 'not-affected' && { status }) };
    affected.push(affectedBetween({ ecosystem: `Azure Linux:${release}`, name }, events, facts));
  }
  const url = cve?.attributes.get('ref_url');
  records.add(id, affected, url === undefined ? {} : { references: [url] });
  return undefined;
}

/** "This CVE either no longer is or was never applicable" is a clearance, in whatever case it is written. */
function statusOf(metadata: XmlElement): 'ranges' | 'not-affected' | undefined {
  switch (textOf(metadata, 'patchable')?.toLowerCase()) {
    case 'true':
    case 'false':
      return 'ranges';
    case 'not applicable':
      return 'not-affected';
    default:
      return undefined;
  }
}

function severitiesOf(metadata: XmlElement): readonly SeverityVector[] {
  const value = textOf(metadata, 'severity');
  return value === undefined ? [] : [{ source: 'Azure Linux', kind: 'word', value }];
}
