import type { Advisory, AffectedPackage, SeverityVector } from '@tidewaiter/contracts';
import { childOf, childrenOf, textOf, type XmlElement } from '@tidewaiter/formats';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { ovalDefinitions, type OvalDefinition, type OvalLeaf } from '../oval/oval';
import { BuildsByArchitecture } from '../records/builds';
import { RecordsById } from '../records/records-by-id';

export const oracleLinuxFeed: Feed = {
  id: 'oracle-linux',
  revision: 3,
  covers: ['Oracle Linux'],
  speaksFor: ['Oracle Linux'],
  isByRelease: true,
  address: 'https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(oracleLinuxFeed.id);
  for (const part of parts) {
    for await (const item of ovalDefinitions(part)) {
      if (!('definition' in item)) {
        yield item;
        continue;
      }
      const problem = addErratum(item.definition, records);
      if (problem === undefined) continue;
      const { path } = item;
      yield {
        code: 'oracle-definition-invalid',
        message: `${item.definition.id} in ${path} ${problem}`,
        part: part.name,
        path,
      };
    }
  }
  yield* records.advisories();
}

/** What is wrong with a definition, as the end of a sentence about it. */
function addErratum({ metadata, title, alternatives }: OvalDefinition, records: RecordsById): string | undefined {
  const references = childrenOf(metadata, 'reference');
  const erratum = references.find((reference) => reference.attributes.get('source')?.toLowerCase() === 'elsa');
  const id = erratum?.attributes.get('ref_id') ?? /^ELSA-\d+-\d+/.exec(title)?.[0];
  if (id === undefined) return 'names no erratum';
  const builds = new BuildsByArchitecture();
  for (const leaves of alternatives) {
    const conditions = conditionsOf(leaves);
    if (typeof conditions === 'string') return `has a condition that is not known: ${conditions}`;
    const { release, name, fixed } = conditions;
    if (release === undefined || name === undefined || fixed === undefined)
      return 'has an alternative without release or package';
    builds.add({ ...conditions, key: { ecosystem: `Oracle Linux:${release}`, name }, fixed });
  }
  const cves = references.flatMap(({ attributes }) =>
    attributes.get('source') === 'CVE' ? [attributes.get('ref_id') ?? ''] : [],
  );
  const advisory = childOf(metadata, 'advisory');
  const issued = childOf(advisory, 'issued')?.attributes.get('date');
  const url = erratum?.attributes.get('ref_url');
  const affected: readonly AffectedPackage[] = builds.affected(severitiesOf(advisory));
  records.add(id, affected, {
    ...(issued !== undefined && { modified: `${issued}T00:00:00Z`, published: `${issued}T00:00:00Z` }),
    ...(title !== '' && { summary: title.replace(/\s+/g, ' ').trim() }),
    upstream: [...new Set(cves.filter((cve) => cve !== ''))],
    references: url === undefined ? [] : [url],
  });
  return undefined;
}

interface Conditions {
  release?: string;
  architecture?: string;
  module?: string;
  name?: string;
  fixed?: string;
}

/** What has to hold together for one build to be affected; the comment of a condition that is not known. */
function conditionsOf(leaves: readonly OvalLeaf[]): Conditions | string {
  const conditions: Conditions = {};
  for (const { comment, package: tested } of leaves) {
    const evr = tested?.state.evr;
    if (tested !== undefined && evr?.operation === 'less than') {
      conditions.name = tested.name;
      conditions.fixed = evr.value.replace(/^0:/, '');
      continue;
    }
    const [, release] = /^Oracle Linux (\d+) is installed/.exec(comment) ?? [];
    const [, architecture] = /^Oracle Linux arch is (\S+)/.exec(comment) ?? [];
    const [, module] = /^Module ([^\s:]+:\S+) is enabled/.exec(comment) ?? [];
    if (release !== undefined) conditions.release = release;
    else if (architecture !== undefined) conditions.architecture = architecture;
    else if (module !== undefined) conditions.module = module;
    else if (!isOfBuild(comment, leaves)) return comment;
  }
  return conditions;
}

/**
 * What is true of every build that the erratum means: who signed it does not change what it is, and that it is one for live patching
 * or a certified one its release says too.
 */
function isOfBuild(comment: string, leaves: readonly OvalLeaf[]): boolean {
  if (comment.includes(' is signed with ')) return true;
  const flavour = flavours.find(({ condition }) => comment.endsWith(condition));
  return flavour !== undefined && leaves.some((leaf) => flavour.release.test(leaf.package?.state.evr?.value ?? ''));
}

const flavours = [
  { condition: ' is ksplice-based', release: /\.ksplice\d/ },
  { condition: ' is fips patched', release: /_fips/ },
];

/** `N/A` is none. */
function severitiesOf(advisory: XmlElement | undefined): readonly SeverityVector[] {
  const value = textOf(advisory, 'severity');
  return value === undefined || value === 'N/A' ? [] : [{ source: 'Oracle Linux', kind: 'word', value }];
}
