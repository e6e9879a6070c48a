import {
  ecosystemBase,
  normalizeAdvisoryName,
  type Advisory,
  type AffectedPackage,
  type AffectedRange,
  type RangeEvent,
  type SeverityVector,
} from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import { withModules } from './modules';

/** Bounds on one record. The largest real one has 5,000 affected entries and lists 2,500 versions in one of them. */
const limits = {
  idChars: 256,
  ecosystemChars: 256,
  nameChars: 1024,
  versionChars: 1024,
  affected: 200_000,
  events: 20_000,
  versions: 100_000,
  ids: 5_000,
  references: 16,
  referenceChars: 2048,
  summaryChars: 300,
} as const;

export interface RecordProblem {
  readonly code: 'osv-record-invalid';
  /** What is wrong, as the end of a sentence about the record. */
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

/** One document of the OSV schema as an advisory. https://ossf.github.io/osv-schema/ */
export function advisoryFromOsv(feed: string, document: unknown): Result<Advisory, RecordProblem> {
  if (!isObject(document)) return invalid('is not an object');
  const id = document.id;
  if (!isText(id, limits.idChars)) return invalid('has no usable id');
  const modified = document.modified;
  if (!isText(modified, 64)) return invalid('has no modified time');
  const source = publisher(id);
  const affected = affectedPackages(document, source);
  if (!affected.ok) return affected;
  const aliases = idList(document.aliases);
  if (aliases === undefined) return invalid('has aliases that are not a list of ids');
  const upstream = upstreamIds(document, id);
  if (upstream === undefined) return invalid('has upstream or related ids that are not a list of ids');
  const severities = [...vectors(document.severity, source), ...words(document.database_specific, source)];
  const advisory: Advisory = {
    feed,
    id,
    modified,
    ...(isText(document.published, 64) && { published: document.published }),
    ...(isText(document.withdrawn, 64) && { withdrawn: document.withdrawn }),
    ...summaryOf(document),
    aliases,
    upstream,
    severities,
    affected: isMaintenance(id, [...aliases, ...upstream]) ? [] : affected.value,
    references: references(document.references),
  };
  return ok(withModules(advisory));
}

function affectedPackages(document: Json, source: string): Result<AffectedPackage[], RecordProblem> {
  const list = document.affected ?? [];
  if (!Array.isArray(list) || list.length > limits.affected)
    return invalid('has an unusable list of affected packages');
  const found: AffectedPackage[] = [];
  for (const entry of list as readonly unknown[]) {
    if (!isObject(entry)) return invalid('has an affected entry that is not an object');
    if (namesNoPackage(entry.package)) continue;
    const parsed = affectedPackage(entry, source);
    if (!parsed.ok) return parsed;
    if (parsed.value !== undefined) found.push(parsed.value);
  }
  return ok(found);
}

/** Such an entry speaks of commits of a source tree. OSV's own exports write it as `{}` too. */
function namesNoPackage(named: unknown): boolean {
  return named === undefined || named === null || (isObject(named) && !named.ecosystem && !named.name);
}

function affectedPackage(entry: Json, source: string): Result<AffectedPackage | undefined, RecordProblem> {
  const named = entry.package;
  if (!isObject(named)) return invalid('has a package that is not an object');
  const { ecosystem: stated, name } = named;
  if (!isText(stated, limits.ecosystemChars) || !isText(name, limits.nameChars)) {
    return invalid('has a package without ecosystem or name');
  }
  const ecosystem = withoutRepository(stated);
  const ranges = rangesOf(entry.ranges);
  if (!ranges.ok) return invalid(`has ${ranges.error} for ${name} in ${ecosystem}`);
  const versions = entry.versions ?? [];
  if (!isTextList(versions, limits.versions, limits.versionChars)) {
    return invalid(`has listed versions that are not text for ${name} in ${ecosystem}`);
  }
  // Only commits: nothing to compare an installed version with, and the record says so on purpose.
  if (ranges.value.length === 0 && versions.length === 0 && hasRanges(entry)) return ok(undefined);
  return ok({
    ecosystem,
    name: normalizeAdvisoryName(ecosystem, name),
    ranges: ranges.value,
    versions: coversEverything(ranges.value) ? [] : versions,
    ...supportOf(entry, ranges.value),
    severities: entrySeverities(entry, ecosystem, source),
  });
}

/**
 * `Packagist:https://packages.drupal.org/8` and `Maven:https://maven.google.com` say from where a package is best taken; what is installed
 * does not say from where it was, and has the same name. https://ossf.github.io/osv-schema/#defined-ecosystems
 */
function withoutRepository(ecosystem: string): string {
  return ecosystem.replace(/^([^:]+):https?:\/\/.*$/s, '$1');
}

/** Hardly any of the hundreds of thousands of entries has one. */
function entrySeverities(entry: Json, ecosystem: string, source: string): SeverityVector[] {
  const { severity, ecosystem_specific: vendors, database_specific: publishers } = entry;
  if (severity === undefined && !hasWord(vendors) && !hasWord(publishers)) return [];
  return [...vectors(severity, source), ...words(vendors, ecosystemBase(ecosystem)), ...words(publishers, source)];
}

const outOfSupport = 'end-of-life';

/** Debian says with an urgency that a release is out of support, which is no severity. */
function supportOf({ ecosystem_specific: said }: Json, ranges: readonly AffectedRange[]): { status?: 'end-of-life' } {
  const isOver = isObject(said) && said.urgency === outOfSupport;
  const isFixed = ranges.some(({ events }) => events.some((event) => 'fixed' in event));
  return isOver && !isFixed ? { status: 'end-of-life' } : {};
}

function hasRanges(entry: Json): boolean {
  return Array.isArray(entry.ranges) && entry.ranges.length > 0;
}

/**
 * A version is affected when it is listed OR in a range, so the list may be dropped only where it can add nothing. That
 * is provable without knowing the order of versions in one case: a range that begins before everything and never ends.
 */
function coversEverything(ranges: readonly AffectedRange[]): boolean {
  return ranges.some(
    ({ events }) => events.length === 1 && events.every((event) => 'introduced' in event && event.introduced === '0'),
  );
}

function rangesOf(value: unknown): Result<AffectedRange[], string> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return err('ranges that are not a list');
  const ranges: AffectedRange[] = [];
  for (const range of value as readonly unknown[]) {
    if (!isObject(range)) return err('a range that is not an object');
    if (range.type === 'GIT') continue;
    if (range.type !== 'SEMVER' && range.type !== 'ECOSYSTEM') return err('a range of unknown type');
    const events = eventsOf(range.events);
    if (events === undefined) return err('a range with unusable events');
    ranges.push({ type: range.type, events });
  }
  return ok(ranges);
}

function eventsOf(value: unknown): RangeEvent[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > limits.events) return undefined;
  const events: RangeEvent[] = [];
  for (const event of value as readonly unknown[]) {
    if (!isObject(event)) return undefined;
    // The schema wants one key an object; old records put a pair into one, which means the same as two objects.
    const before = events.length;
    if (isText(event.introduced, limits.versionChars)) events.push({ introduced: event.introduced });
    if (isText(event.fixed, limits.versionChars)) events.push({ fixed: event.fixed });
    if (isText(event.last_affected, limits.versionChars)) events.push({ lastAffected: event.last_affected });
    if (isText(event.limit, limits.versionChars)) events.push({ limit: event.limit });
    if (events.length - before !== Object.keys(event).length) return undefined;
  }
  return events;
}

const errata =
  /^(?:DSA|DLA|DTSA|RHSA|RHBA|RHEA|ALSA|ALBA|ALEA|RLSA|RXSA|RLBA|RLEA|USN|LSN|SUSE-[SRFO]U|openSUSE-[SRFO]U|ALAS|ELSA|MGASA)[-0-9]/;
const cve = /^CVE-\d{4}-\d{4,}$/;

/**
 * What the record is derived from. Before schema 1.7 there was no `upstream`, and errata named the vulnerabilities they
 * fix under `related`; there, and only there, its CVE ids are taken for upstream ones.
 */
function upstreamIds(document: Json, id: string): string[] | undefined {
  const upstream = idList(document.upstream);
  if (upstream === undefined || upstream.length > 0 || !errata.test(id)) return upstream;
  const related = idList(document.related);
  return related?.filter((other) => cve.test(other));
}

/** Bug fixes and enhancements of Enterprise Linux, which AlmaLinux's export has too: about no vulnerability unless they name one. */
function isMaintenance(id: string, vulnerabilities: readonly string[]): boolean {
  return vulnerabilities.length === 0 && /^(?:RH|AL|RL)(?:BA|EA)-/.test(id);
}

function idList(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  return isTextList(value, limits.ids, limits.idChars) ? value : undefined;
}

/** Who keeps the record, which is who scored it: OSV passes scores on and gives none of its own. */
function publisher(id: string): string {
  const prefix = /^[A-Za-z]+/.exec(id)?.[0] ?? '';
  return publishers[prefix] ?? 'osv';
}

const publishers: Readonly<Record<string, string>> = {
  GHSA: 'GitHub',
  BIT: 'Bitnami',
  PYSEC: 'PyPA',
  GO: 'Go',
  RUSTSEC: 'RustSec',
  RHSA: 'Red Hat',
  ALSA: 'AlmaLinux',
  RLSA: 'Rocky Linux',
  DSA: 'Debian',
  DLA: 'Debian',
  DEBIAN: 'Debian',
  UBUNTU: 'Ubuntu',
  USN: 'Ubuntu',
  ALPINE: 'Alpine',
};

const vectorKinds = ['CVSS_V2', 'CVSS_V3', 'CVSS_V4'] as const;

/**
 * Scores. A type that is not CVSS is a vendor's name with its word (schema 1.7: `Ubuntu`). One that is malformed takes nothing from
 * what the record says of versions: the severity is then chosen from the others, or unknown.
 */
function vectors(value: unknown, source: string): SeverityVector[] {
  if (!Array.isArray(value)) return [];
  const found: SeverityVector[] = [];
  for (const entry of value as readonly unknown[]) {
    if (!isObject(entry) || !isText(entry.score, 512) || !isText(entry.type, 64)) continue;
    const { type, score } = entry;
    const kind = vectorKinds.find((known) => known === type);
    found.push(kind === undefined ? { source: type, kind: 'word', value: score } : { source, kind, value: score });
  }
  return found;
}

const noSeverities: readonly string[] = ['not yet assigned', outOfSupport];

function hasWord(value: unknown): boolean {
  return isObject(value) && (value.severity !== undefined || value.urgency !== undefined);
}

/** Words outside the schema: GitHub's and Bitnami's `severity`, Debian's `urgency`, where they say how severe it is. */
function words(value: unknown, source: string): SeverityVector[] {
  if (!isObject(value)) return [];
  return [value.severity, value.urgency]
    .filter((word): word is string => isText(word, 64) && !noSeverities.includes(word))
    .map((word) => ({ source, kind: 'word', value: word }));
}

/** Distro records have no summary; the first line of the details then stands in for it. */
function summaryOf(document: Json): { summary?: string } {
  const text = [document.summary, document.details].find(
    (candidate): candidate is string => typeof candidate === 'string' && candidate.trim() !== '',
  );
  if (text === undefined) return {};
  const line =
    text
      .slice(0, 4 * limits.summaryChars)
      .trim()
      .split(/[\r\n]/, 1)[0] ?? '';
  const plain = line.replace(/^#+ /, '').trim();
  if (plain === '') return {};
  return {
    summary: plain.length <= limits.summaryChars ? plain : `${plain.slice(0, limits.summaryChars - 1).trimEnd()}…`,
  };
}

/** Links to show: what is no address of the web is none. */
function references(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const urls: string[] = [];
  for (const entry of value as readonly unknown[]) {
    if (urls.length === limits.references) break;
    if (isObject(entry) && isText(entry.url, limits.referenceChars) && /^https?:\/\//i.test(entry.url))
      urls.push(entry.url);
  }
  return urls;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxChars;
}

function isTextList(value: unknown, maxItems: number, maxChars: number): value is string[] {
  return Array.isArray(value) && value.length <= maxItems && value.every((item) => isText(item, maxChars));
}

function invalid(message: string): Result<never, RecordProblem> {
  return err({ code: 'osv-record-invalid', message });
}
