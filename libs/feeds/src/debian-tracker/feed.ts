import type { Advisory, AffectedPackage, SeverityVector, VendorStatus } from '@tidewaiter/contracts';
import { jsonMembers, type JsonMember } from '@tidewaiter/formats';
import { documentsOf, isDocument, readingProblem, type FeedDocument } from '../documents';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { everyVersion, fixedAt } from '../records/affected';
import { RecordsById } from '../records/records-by-id';
import { TrackerIssue, type TrackerRelease } from './tracker.schema';

export const debianTrackerFeed: Feed = {
  id: 'debian-tracker',
  revision: 2,
  covers: ['Debian'],
  speaksFor: ['Debian'],
  isByRelease: true,
  dropsReleases: true,
  address: 'https://security-tracker.debian.org/tracker/data/json',
  fetch: fetchSource,
  parse,
};

/** The largest package, the kernel, has some 40 MB. */
const maxMemberBytes = 256 * 1024 * 1024;
const summaryChars = 300;

/** https://wiki.debian.org/DebianReleases. Sid is never released, and nothing in an image tells which day's it is. */
const releaseOf: Readonly<Record<string, string>> = {
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
};

function isKnownRelease(codename: string): boolean {
  return releaseOf[codename] !== undefined || codename === 'sid' || codename === 'experimental';
}

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(debianTrackerFeed.id);
  for (const part of parts) {
    for await (const document of documentsOf(part, (name) => /\.json$|^[^.]+$/i.test(name))) {
      if (isDocument(document)) yield* readTracker(document, part.name, records);
      else yield document;
    }
  }
  yield* records.advisories();
}

async function* readTracker(document: FeedDocument, part: string, records: RecordsById): AsyncGenerator<FeedProblem> {
  const { path } = document;
  const unknown = new Set<string>();
  try {
    for await (const member of jsonMembers(document.chunks(), { maxMemberBytes })) {
      yield* readPackage(member, { part, path, unknown }, records);
    }
  } catch (error) {
    yield readingProblem(part, path, error);
  }
  for (const codename of unknown) {
    const message = `${path} speaks of the release ${codename}, which is not known; what it says of it is left out`;
    yield { code: 'debian-release-unknown', message, part, path: `${path}#${codename}` };
  }
}

function* readPackage(
  { key: name, value }: JsonMember,
  { part, path, unknown }: { readonly part: string; readonly path: string; readonly unknown: Set<string> },
  records: RecordsById,
): Generator<FeedProblem> {
  if (typeof value !== 'object' || value === null) {
    const message = `${path} has no list of issues for ${name}`;
    yield { code: 'debian-package-invalid', message, part, path: `${path}#${name}`, fatal: true };
    return;
  }
  for (const [id, stated] of Object.entries(value)) {
    const issue = TrackerIssue.safeParse(stated);
    if (issue.success) {
      addIssue(id, name, issue.data, records);
      for (const codename of Object.keys(issue.data.releases)) if (!isKnownRelease(codename)) unknown.add(codename);
    } else {
      const where = issue.error.issues[0]?.path.join('.') ?? '';
      const message = `${id} of ${name} in ${path} cannot be used: ${where} is missing or has a value that is not known`;
      yield { code: 'debian-issue-invalid', message, part, path: `${path}#${name}/${id}` };
    }
  }
}

function addIssue(id: string, name: string, { description, releases }: TrackerIssue, records: RecordsById): void {
  const affected = Object.entries(releases).flatMap(([codename, release]) => {
    const number = releaseOf[codename];
    return number === undefined ? [] : [affectedIn({ ecosystem: `Debian:${number}`, name }, release)];
  });
  const summary = description?.slice(0, summaryChars);
  records.add(id, affected, summary === undefined || summary === '' ? {} : { summary });
}

/** A fix that is known and not yet in the release's archive is none: then the issue is open. */
function affectedIn(key: { ecosystem: string; name: string }, release: TrackerRelease): AffectedPackage {
  const facts = { severities: severitiesOf(release) };
  const { status, fixed_version: fixed } = release;
  if (status === 'undetermined') return everyVersion(key, 'under-investigation', facts);
  if (status === 'open' || fixed === undefined) return everyVersion(key, openStatus(release), facts);
  return fixed === '0' ? everyVersion(key, 'not-affected', facts) : fixedAt(key, fixed, facts);
}

function openStatus({ urgency, nodsa_reason: reason }: TrackerRelease): VendorStatus | undefined {
  if (urgency === 'end-of-life') return 'end-of-life';
  if (reason === 'ignored') return 'wont-fix';
  return reason === 'postponed' ? 'deferred' : undefined;
}

/** Stars mark what was assigned by a program. Most issues have no urgency any more. */
function severitiesOf({ urgency }: TrackerRelease): readonly SeverityVector[] {
  return bySeverity[urgency.replace(/(?<!\*)\*+$/, '')] ?? [];
}

/** Shared, because there are hundreds of thousands. */
const bySeverity: Readonly<Record<string, readonly SeverityVector[]>> = Object.fromEntries(
  ['unimportant', 'low', 'medium', 'high'].map((value) => [value, [{ source: 'Debian', kind: 'word', value }]]),
);
