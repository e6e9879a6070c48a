import type { Advisory, SeverityVector } from '@tidewaiter/contracts';
import { jsonMembers } from '@tidewaiter/formats';
import { textOrder } from '@tidewaiter/kit';
import { documentsOf, isDocument, readingProblem, type FeedDocument } from '../documents';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { PageCount } from './page-count';
import { NvdEntry, NvdPage } from './record.schema';
import { fetchYears } from './years';

const summaryChars = 300;
const list = 'vulnerabilities';

/**
 * Scores only. Its ranges of CPE names speak of products and not of packages, and matching them makes more wrong findings
 * than right ones; so its records name no package.
 */
export const nvdFeed: Feed = {
  id: 'nvd',
  revision: 2,
  covers: [],
  address: 'https://nvd.nist.gov/feeds/json/cve/2.0/',
  fetch: fetchYears,
  parse,
};

/** The largest record has some 500 kB; a year is a list of hundreds of megabytes. */
const maxMemberBytes = 16 * 1024 * 1024;

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  for (const part of parts) {
    const pages = new PageCount(part.name);
    for await (const document of documentsOf(part, (name) => /\.json$/i.test(name))) {
      if (isDocument(document)) yield* recordsOf(document, part.name, pages);
      else yield document;
    }
    yield* pages.problems();
  }
}

async function* recordsOf(
  document: FeedDocument,
  part: string,
  pages: PageCount,
): AsyncGenerator<Advisory | FeedProblem> {
  const { path } = document;
  const head: Record<string, unknown> = {};
  let records = 0;
  try {
    for await (const { key, value, index } of jsonMembers(document.chunks(), { maxMemberBytes, list })) {
      if (index === undefined) head[key] = value;
      else {
        records += 1;
        yield advisoryOrProblem(value, { part, path, index });
      }
    }
  } catch (error) {
    yield readingProblem(part, path, error);
    return;
  }
  const page = NvdPage.safeParse(head);
  if (page.success) pages.add(page.data, records);
  else {
    const message = `${path} is not a page of the CVE API 2.0: it has no list "${list}"`;
    yield { code: 'nvd-page-invalid', message, part, path, fatal: true };
  }
}

function advisoryOrProblem(
  value: unknown,
  { part, path, index }: { readonly part: string; readonly path: string; readonly index: number },
): Advisory | FeedProblem {
  const entry = NvdEntry.safeParse(value);
  if (entry.success) return advisoryOf(entry.data);
  const what = entry.error.issues[0]?.path.join('.') ?? '';
  const message = `record ${String(index)} of ${path} cannot be used: ${what} is missing or malformed`;
  return { code: 'nvd-record-invalid', message, part, path: `${path}#${String(index)}` };
}

function advisoryOf({ cve }: NvdEntry): Advisory {
  const { id, published, lastModified, vulnStatus, descriptions } = cve;
  const summary = descriptions.find(({ lang }) => lang === 'en')?.value.slice(0, summaryChars);
  return {
    feed: nvdFeed.id,
    id,
    modified: utc(lastModified),
    published: utc(published),
    // A rejected id was never a vulnerability, or is another one.
    ...(vulnStatus === 'Rejected' && { withdrawn: utc(lastModified) }),
    ...(summary !== undefined && { summary }),
    aliases: [],
    upstream: [],
    severities: severitiesOf(cve.metrics),
    affected: [],
    references: [],
  };
}

/** Times of the API have no zone and are UTC. */
function utc(time: string): string {
  return /(?:Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}Z`;
}

/** The one who assigned the id knows best, then CISA's enrichment, then NVD itself. */
function severitiesOf(metrics: NvdEntry['cve']['metrics']): SeverityVector[] {
  const { cvssMetricV40 = [], cvssMetricV31 = [], cvssMetricV30 = [], cvssMetricV2 = [] } = metrics;
  const of = (kind: SeverityVector['kind'], list: typeof cvssMetricV31): SeverityVector[] =>
    list.map(({ source, cvssData }) => ({ source: scorer(source), kind, value: cvssData.vectorString }));
  return [
    ...of('CVSS_V4', cvssMetricV40),
    ...of('CVSS_V3', [...cvssMetricV31, ...cvssMetricV30]),
    ...of('CVSS_V2', cvssMetricV2),
  ].sort((a, b) => rank(a.source) - rank(b.source) || textOrder(a.source, b.source));
}

/** CISA's "authorized data publisher" container is known by the id of its organisation. */
const cisaAdp = '134c704f-9b21-4f2e-91b3-4a467353bcc0';

function scorer(source: string): string {
  if (source === 'nvd@nist.gov') return 'nvd';
  return source === cisaAdp ? 'cisa-adp' : source;
}

function rank(source: string): number {
  return source === 'nvd' ? 2 : source === 'cisa-adp' ? 1 : 0;
}
