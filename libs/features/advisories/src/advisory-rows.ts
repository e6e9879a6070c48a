import type { Advisory } from '@tidewaiter/contracts';
import { jsonbText, postgresText, Prisma, type Transaction } from '@tidewaiter/db';
import type { PackageCounts } from '@tidewaiter/feeds';
import { OperationalError } from '@tidewaiter/kit';
import { keepNotedRecords, noteRecords } from './advisory-revisions';
import type { FeedCause } from './stored-columns.schema';
import { describeVulnerabilitiesOf } from './vulnerability-descriptions';

export interface StoredRecord {
  /** Of its content, in hex. */
  readonly hash: string;
  readonly stamp: string | null;
}

/** Every record a source has that is not gone, by the record's own id. */
export async function storedRecords(tx: Transaction, sourceId: string): Promise<Map<string, StoredRecord>> {
  const rows = await tx.$queryRaw<(StoredRecord & { nativeId: string })[]>`
    SELECT native_id AS "nativeId", encode(content_hash, 'hex') AS hash, stamp
      FROM advisory WHERE source_id = ${sourceId} AND removed_at IS NULL`;
  return new Map(rows.map((row) => [row.nativeId, row]));
}

/** Those of these ecosystems that the source has records for. */
export async function ecosystemsAmong(
  tx: Transaction,
  ecosystems: readonly string[],
  sourceId: string,
): Promise<readonly string[]> {
  if (ecosystems.length === 0) return [];
  // One look into the index an ecosystem, for which the first row nearly always is enough.
  const rows = await tx.$queryRaw<{ ecosystem: string }[]>`
    SELECT e.ecosystem FROM unnest(${[...ecosystems]}::text[]) AS e(ecosystem)
     CROSS JOIN LATERAL (
       SELECT FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
        WHERE f.ecosystem = e.ecosystem AND a.source_id = ${sourceId} AND a.removed_at IS NULL LIMIT 1) AS found`;
  return rows.map(({ ecosystem }) => ecosystem);
}

/** Packages that the source's records speak of, by ecosystem. */
export async function packageCounts(tx: Transaction, sourceId: string): Promise<PackageCounts> {
  const rows = await tx.$queryRaw<{ ecosystem: string; count: number }[]>`
    SELECT d.ecosystem, count(*)::int AS count
      FROM (SELECT DISTINCT f.ecosystem, f.advisory_id, f.name
              FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
             WHERE a.source_id = ${sourceId} AND a.removed_at IS NULL) d
     GROUP BY d.ecosystem`;
  return new Map(rows.map(({ ecosystem, count }) => [ecosystem, count]));
}

/** Records that came in other bytes and say what they said before. */
export async function restampAdvisories(
  tx: Transaction,
  stamps: ReadonlyMap<string, string | null>,
  cause: FeedCause,
): Promise<void> {
  if (stamps.size === 0) return;
  await lockForRun(tx, cause);
  await tx.$executeRaw`
    UPDATE advisory a SET stamp = s.stamp
      FROM unnest(${[...stamps.keys()]}::text[], ${[...stamps.values()]}::text[]) AS s(native_id, stamp)
     WHERE a.source_id = ${cause.source} AND a.native_id = s.native_id`;
}

/**
 * One transaction at a time changes advisories, groups or dirty keys. They meet in the same names and keys whatever their
 * source, and would else overwrite or wait for each other in every order.
 */
export async function lockAdvisories(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('tidewaiter/advisories'))`;
}

/**
 * The same for a run of a source that still goes on. A run that is over can be written to by nobody: its keys may have been
 * judged already. Returns the time from when on counts what is written: later than of whoever had the lock before.
 * @throws OperationalError `feed-run-over`
 */
export async function lockForRun(tx: Transaction, { source, run }: FeedCause): Promise<Date> {
  await lockAdvisories(tx);
  const [row] = await tx.$queryRaw<{ run: number; now: Date }[]>`
    SELECT run, clock_timestamp()::timestamptz(3) AS now FROM feed WHERE id = ${source}`;
  if (row !== undefined && row.run < run) return row.now;
  throw new OperationalError('feed-run-over', `another worker has ended run ${String(run)} of ${source} meanwhile`);
}

export interface ChangedAdvisory {
  readonly advisory: Advisory;
  readonly contentHash: string;
  readonly stamp: string | null;
}

/** A record that still says what its last form said of releases which nothing was read of so far. */
export interface KeptEntries {
  readonly id: number;
  readonly nativeId: string;
  readonly ecosystems: readonly string[];
}

/**
 * Replaces records by what the feed says now, keeps what they were, marks the keys of the old and the new form dirty and
 * their names for new groups, in one transaction: a crash leaves either all or nothing. Every record once.
 * What records said of the `unseen` releases stays for now. Their hash is empty until the end of the run has settled it: after a crash
 * the next reading takes them for changed.
 */
export async function writeAdvisories(
  tx: Transaction,
  changed: readonly ChangedAdvisory[],
  { cause, unseen = [] }: { readonly cause: FeedCause; readonly unseen?: readonly string[] },
): Promise<readonly KeptEntries[]> {
  const at = await lockForRun(tx, cause);
  const nativeIds = changed.map(({ advisory }) => advisory.id);
  const known = await knownRows(tx, nativeIds, cause.source);
  const knownIds = [...known.values()].map((row) => row.id);
  await noteRecords(tx, knownIds);
  const rowIds = await upsertAdvisories(tx, changed, { source: cause.source, at });
  const names = changed.flatMap(({ advisory }) => namesToRegroup(advisory, known.get(advisory.id)));
  await markForRegrouping(tx, names, cause);
  const kept = await keptEntries(
    tx,
    [...known.values()].filter(({ isGone }) => !isGone).map(({ id }) => id),
    unseen,
  );
  await removeAffected(tx, knownIds, { cause, kept, unseen });
  await insertAffected(tx, changed, rowIds);
  await keepNotedRecords(tx, knownIds, at);
  await markDirty(tx, [...rowIds.values()], cause);
  await markRescored(tx, await describeVulnerabilitiesOf(tx, knownIds), cause);
  return kept;
}

async function keptEntries(
  tx: Transaction,
  advisoryIds: readonly number[],
  unseen: readonly string[],
): Promise<readonly KeptEntries[]> {
  if (advisoryIds.length === 0 || unseen.length === 0) return [];
  const kept = await tx.$queryRaw<KeptEntries[]>`
    SELECT a.id, a.native_id AS "nativeId", array_agg(DISTINCT f.ecosystem) AS ecosystems
      FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
     WHERE a.id = ANY(${[...advisoryIds]}::int[]) AND f.ecosystem = ANY(${[...unseen]}::text[])
     GROUP BY a.id`;
  if (kept.length > 0) {
    await tx.$executeRaw`
      UPDATE advisory SET content_hash = '', stamp = NULL WHERE id = ANY(${kept.map(({ id }) => id)}::int[])`;
  }
  return kept;
}

/** Marks records that the source no longer has, and their keys dirty. */
export async function removeAdvisories(tx: Transaction, nativeIds: readonly string[], cause: FeedCause): Promise<void> {
  const at = await lockForRun(tx, cause);
  const rows = await tx.$queryRaw<KnownRow[]>`
    UPDATE advisory SET removed_at = ${at}
     WHERE source_id = ${cause.source} AND native_id = ANY(${[...nativeIds]}) AND removed_at IS NULL
    RETURNING id, native_id AS "nativeId", aliases, upstream`;
  await markForRegrouping(
    tx,
    rows.flatMap((row) => [row.nativeId, ...row.aliases]),
    cause,
  );
  await markDirty(
    tx,
    rows.map((row) => row.id),
    cause,
  );
}

/**
 * The packages under every key of these records are to be judged again by what is said of their vulnerabilities. A verdict
 * about one vulnerability depends on nothing that is said of others. A record that is linked to none yet is marked when it is.
 */
export async function markDirty(tx: Transaction, advisoryIds: readonly number[], cause: FeedCause): Promise<void> {
  if (advisoryIds.length === 0) return;
  await writeDirty(
    tx,
    Prisma.sql`SELECT advisory_id, vulnerability_id FROM advisory_vulnerability
                WHERE advisory_id = ANY(${[...advisoryIds]}::int[])`,
    cause,
  );
}

/** The same by links that are gone. */
export async function markUnlinked(tx: Transaction, links: readonly AdvisoryLink[], cause: FeedCause): Promise<void> {
  if (links.length === 0) return;
  const [advisories, vulnerabilities] = [links.map((row) => row.advisoryId), links.map((row) => row.vulnerabilityId)];
  await writeDirty(tx, Prisma.sql`SELECT * FROM unnest(${advisories}::int[], ${vulnerabilities}::int[])`, cause);
}

export interface AdvisoryLink {
  readonly advisoryId: number;
  readonly vulnerabilityId: number;
}

/** What this very run has marked before is left as it is: nobody looks at it before the run is over. */
async function writeDirty(tx: Transaction, links: Prisma.Sql, cause: FeedCause): Promise<void> {
  await tx.$executeRaw`
    WITH link (advisory_id, vulnerability_id) AS MATERIALIZED (${links})
    INSERT INTO dirty_key (ecosystem, name, vulnerability_id, cause)
    SELECT DISTINCT f.ecosystem, f.name, l.vulnerability_id, ${JSON.stringify(cause)}::jsonb
      FROM link l JOIN advisory_affected f ON f.advisory_id = l.advisory_id
    ON CONFLICT (ecosystem, name, vulnerability_id) DO UPDATE SET cause = excluded.cause, since = now()
     WHERE dirty_key.cause <> excluded.cause`;
}

/** The same for everything these vulnerabilities are in, because those who speak of no package score them otherwise. */
export async function markRescored(
  tx: Transaction,
  vulnerabilityIds: readonly number[],
  cause: FeedCause,
): Promise<void> {
  if (vulnerabilityIds.length === 0) return;
  await writeDirty(
    tx,
    Prisma.sql`SELECT advisory_id, vulnerability_id FROM advisory_vulnerability
                WHERE vulnerability_id = ANY(${[...vulnerabilityIds]}::int[])`,
    cause,
  );
}

interface KnownRow {
  readonly id: number;
  readonly nativeId: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
}

interface KnownRecord extends KnownRow {
  readonly isGone: boolean;
  readonly isWithdrawn: boolean;
}

async function knownRows(
  tx: Transaction,
  nativeIds: readonly string[],
  sourceId: string,
): Promise<ReadonlyMap<string, KnownRecord>> {
  const rows = await tx.$queryRaw<KnownRecord[]>`
    SELECT id, native_id AS "nativeId", aliases, upstream, removed_at IS NOT NULL AS "isGone",
           withdrawn IS NOT NULL AS "isWithdrawn"
      FROM advisory WHERE source_id = ${sourceId} AND native_id = ANY(${[...nativeIds]})`;
  return new Map(rows.map((row) => [row.nativeId, row]));
}

/** Every name whose group may be another one now: none where what it says of other ids is the same; withdrawn, it joins none. */
function namesToRegroup(advisory: Advisory, known: KnownRecord | undefined): string[] {
  const { id, aliases, upstream, withdrawn } = advisory;
  if (known === undefined || known.isGone) return [id, ...aliases];
  const isSame =
    JSON.stringify([aliases, upstream, withdrawn !== undefined]) ===
    JSON.stringify([known.aliases, known.upstream, known.isWithdrawn]);
  return isSame ? [] : [id, ...aliases, ...known.aliases];
}

async function markForRegrouping(tx: Transaction, names: readonly string[], cause: FeedCause): Promise<void> {
  if (names.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO alias_change (name, source_id, run)
    SELECT DISTINCT unnest(${names.map(postgresText)}::text[]), ${cause.source}, ${cause.run}::int
    ON CONFLICT (name, source_id) DO UPDATE SET run = excluded.run`;
}

/** Row ids by the records' own ids. */
async function upsertAdvisories(
  tx: Transaction,
  changed: readonly ChangedAdvisory[],
  { source, at }: { readonly source: string; readonly at: Date },
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ id: number; nativeId: string }[]>`
    INSERT INTO advisory (source_id, feed, native_id, modified, published, withdrawn, summary, aliases, upstream, severities,
           "references", content_hash, stamp, known_from)
    SELECT ${source}, r.feed, r."nativeId", r.modified, r.published, r.withdrawn, r.summary, r.aliases, r.upstream,
           r.severities, r."references", decode(r."contentHash", 'hex'), r.stamp, ${at}
      FROM jsonb_to_recordset(${jsonbText(changed.map(toRow))}::jsonb) AS r(feed text, "nativeId" text, modified text,
           published text, withdrawn text, summary text, aliases text[], upstream text[], severities jsonb,
           "references" text[], "contentHash" text, stamp text)
    ON CONFLICT (source_id, native_id) DO UPDATE SET modified = excluded.modified, published = excluded.published,
           withdrawn = excluded.withdrawn, summary = excluded.summary, aliases = excluded.aliases,
           upstream = excluded.upstream, severities = excluded.severities, "references" = excluded."references",
           content_hash = excluded.content_hash, stamp = excluded.stamp, known_from = excluded.known_from,
           removed_at = NULL
    RETURNING id, native_id AS "nativeId"`;
  return new Map(rows.map((row) => [row.nativeId, row.id]));
}

/** Rows a statement carries: a record may speak of thousands of packages. */
const affectedChunk = 5_000;

async function removeAffected(
  tx: Transaction,
  advisoryIds: readonly number[],
  {
    cause,
    kept,
    unseen,
  }: { readonly cause: FeedCause; readonly kept: readonly KeptEntries[]; readonly unseen: readonly string[] },
): Promise<void> {
  if (advisoryIds.length === 0) return;
  await markDirty(tx, advisoryIds, cause);
  await tx.$executeRaw`
    DELETE FROM advisory_affected
     WHERE advisory_id = ANY(${[...advisoryIds]}::int[])
       AND NOT (advisory_id = ANY(${kept.map(({ id }) => id)}::int[]) AND ecosystem = ANY(${[...unseen]}::text[]))`;
}

async function insertAffected(
  tx: Transaction,
  changed: readonly ChangedAdvisory[],
  rowIds: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = changed.flatMap(({ advisory }) =>
    advisory.affected.map((affected) => ({ advisoryId: rowIds.get(advisory.id), ...affected })),
  );
  for (let start = 0; start < rows.length; start += affectedChunk) {
    await tx.$executeRaw`
      INSERT INTO advisory_affected (advisory_id, ecosystem, name, ranges, versions, severities, status, architectures, module)
      SELECT r."advisoryId", r.ecosystem, r.name, r.ranges, r.versions, r.severities, r.status,
             coalesce(r.architectures, '{}'), r.module
        FROM jsonb_to_recordset(${jsonbText(rows.slice(start, start + affectedChunk))}::jsonb) AS r("advisoryId" int,
             ecosystem text, name text, ranges jsonb, versions text[], severities jsonb, status text, architectures text[],
             module text)`;
  }
}

function toRow({ advisory, contentHash, stamp }: ChangedAdvisory) {
  const { feed, id, modified, published, withdrawn, summary, aliases, upstream, severities, references } = advisory;
  return {
    feed,
    nativeId: id,
    modified,
    published: published ?? null,
    withdrawn: withdrawn ?? null,
    summary: summary ?? null,
    aliases,
    upstream,
    severities,
    references,
    contentHash,
    stamp,
  };
}
