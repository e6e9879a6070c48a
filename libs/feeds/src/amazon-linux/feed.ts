import type { Advisory, SeverityVector } from '@tidewaiter/contracts';
import { childOf, childrenOf, textOf, xmlElements, type XmlElement } from '@tidewaiter/formats';
import { documentsOf, isDocument, readingProblem, type FeedDocument } from '../documents';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { BuildsByArchitecture } from '../records/builds';
import { RecordsById, undated } from '../records/records-by-id';
import { fetchRepositories } from './repositories';

export const amazonLinuxFeed: Feed = {
  id: 'amazon-linux',
  revision: 1,
  covers: ['Amazon Linux'],
  speaksFor: ['Amazon Linux'],
  isByRelease: true,
  address: 'https://cdn.amazonlinux.com/',
  fetch: fetchRepositories,
  parse,
};

const updateLimits = { maxDepth: 20, maxElements: 500_000, maxAttributes: 100 };

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(amazonLinuxFeed.id);
  for (const part of parts) {
    for await (const document of documentsOf(part, (name) => /updateinfo[^/]*\.xml$/i.test(name))) {
      if (isDocument(document)) yield* readUpdates(document, part.name, records);
      else yield document;
    }
  }
  yield* records.advisories();
}

async function* readUpdates(document: FeedDocument, part: string, records: RecordsById): AsyncGenerator<FeedProblem> {
  const { path } = document;
  let updates = 0;
  try {
    for await (const update of xmlElements(document.chunks(), new Set(['update']), updateLimits)) {
      updates += 1;
      const problem = addUpdate(update, records);
      if (problem === undefined) continue;
      yield {
        code: 'amazon-update-invalid',
        message: `update ${updates} of ${path} ${problem}`,
        part,
        path: `${path}#${updates}`,
      };
    }
  } catch (error) {
    yield readingProblem(part, path, error);
    return;
  }
  if (updates === 0) yield { code: 'amazon-list-empty', message: `${path} has no update`, part, path, fatal: true };
}

/** What is wrong with an update, as the end of a sentence about it. The others of a distribution fix no vulnerability. */
function addUpdate(update: XmlElement, records: RecordsById): string | undefined {
  if (update.attributes.get('type') !== 'security') return undefined;
  const id = textOf(update, 'id');
  if (id === undefined) return 'has no id';
  const builds = new BuildsByArchitecture();
  for (const collection of childrenOf(childOf(update, 'pkglist'), 'collection')) {
    for (const { attributes } of childrenOf(collection, 'package')) {
      const [name, version, build] = ['name', 'version', 'release'].map((key) => attributes.get(key));
      if (name === undefined || version === undefined || build === undefined)
        return `has a package without name or version (${id})`;
      const release = releaseOf(build);
      if (release === undefined) continue;
      const epoch = attributes.get('epoch') ?? '0';
      const fixed = `${epoch === '0' ? '' : `${epoch}:`}${version}-${build}`;
      const architecture = attributes.get('arch');
      const key = { ecosystem: `Amazon Linux:${release}`, name };
      builds.add({ key, fixed, ...(architecture !== undefined && { architecture }) });
    }
  }
  records.add(id, builds.affected(severitiesOf(update)), factsOf(update));
  return undefined;
}

/** The release of the distribution is in the package's own: `1.amzn2.0.3`. Builds of other lines (`amzn2int`) are nobody's. */
function releaseOf(build: string): string | undefined {
  return /\.amzn(1|2|2022|2023)(?=\.|$)/.exec(build)?.[1];
}

function factsOf(update: XmlElement) {
  const references = childrenOf(childOf(update, 'references'), 'reference');
  const cves = references.filter(({ attributes }) => attributes.get('type') === 'cve');
  const others = references.filter(({ attributes }) => attributes.get('type') !== 'cve');
  const title = textOf(update, 'title');
  const issued = timeOf(childOf(update, 'issued'));
  return {
    ...(title !== undefined && { summary: title }),
    ...(issued !== undefined && { published: issued }),
    modified: timeOf(childOf(update, 'updated')) ?? issued ?? undated,
    // A reference without an id names nothing.
    upstream: [...new Set(cves.flatMap(({ attributes }) => attributes.get('id') ?? []))],
    references: others.flatMap(({ attributes }) => attributes.get('href') ?? []).slice(0, 16),
  };
}

/** `2023-02-17T00:00:00Z`, `2023-02-17 00:00` or `2023-02-17 00:00:00`, in UTC. */
function timeOf(element: XmlElement | undefined): string | undefined {
  const [, date, time = '00:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?/.exec(element?.attributes.get('date') ?? '') ?? [];
  return date === undefined ? undefined : `${date}T${time}:00Z`;
}

function severitiesOf(update: XmlElement): readonly SeverityVector[] {
  const value = textOf(update, 'severity');
  return value === undefined || value === 'none' ? [] : [{ source: 'Amazon Linux', kind: 'word', value }];
}
