import { Inject, Injectable } from '@nestjs/common';
import type { AdvisoryMatchInput } from '@tidewaiter/contracts';
import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { findingsOf } from '@tidewaiter/matching';
import { DATABASE } from '@tidewaiter/server';
import { applyChanges } from './apply-changes';
import {
  concernsImages,
  matchChanges,
  mayBeRenamed,
  withAges,
  type JudgeCause,
  type JudgedFinding,
  type MatchChange,
  type OpenMatch,
} from './match-changes';
import { lockPackages, packageOf, type PackageRow } from './judged-packages';
import { PostgresAdvisoryIndex } from './postgres-advisory-index';
import { markUncounted, recountImages } from './recount-images';

export interface JudgeOutcome {
  readonly judged: number;
  /** Matches opened, closed or changed. */
  readonly changes: number;
}

/** Packages judged in one transaction: bounds how long it holds its locks. */
const batchSize = 500;
/** Packages judged at a time: a version of a kernel has thousands of findings. */
const sliceSize = 100;
/** More of them when it is by few vulnerabilities; for each slice what is said is read anew. */
const findingsAtATime = 500_000;
const batchTimeoutMs = 300_000;

/**
 * Judges distinct packages and writes what changed. A package is judged with the advisories as they are once its row is
 * locked: a feed that commits meanwhile finds the package by its keys and waits for the lock, so one of the two sees the
 * other and no verdict is lost.
 */
@Injectable()
export class JudgePackages {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Whoever calls has the images counted when all is judged: `recount`. `only`: by what is said of these vulnerabilities, which
   * is all that can have changed; a package that never was judged is judged by everything.
   */
  async judge(
    packageIds: readonly number[],
    cause: JudgeCause,
    { only, signal }: { readonly only?: readonly number[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<JudgeOutcome> {
    const ordered = await this.byName(packageIds);
    const batches = Array.from({ length: Math.ceil(ordered.length / batchSize) }, (_, n) =>
      ordered.slice(n * batchSize, (n + 1) * batchSize),
    ).values();
    let changes = 0;
    const work = async (): Promise<void> => {
      for (const batch of batches) {
        signal?.throwIfAborted();
        const work = { packageIds: batch, only, cause };
        changes += await this.database.$transaction((tx) => judgeBatch(tx, work), { timeout: batchTimeoutMs });
      }
    };
    // While one batch is compared here, the database reads and writes for the other.
    const ends = await Promise.allSettled([work(), work()]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return { judged: ordered.length, changes };
  }

  /** Brings the counts of images up to date with what was judged. Returns how many images it counted. */
  recount(signal?: AbortSignal): Promise<number> {
    return recountImages(this.database, signal);
  }

  /** Versions of one package side by side: they are judged by the same advisories, which are then read once. */
  private async byName(packageIds: readonly number[]): Promise<readonly number[]> {
    const rows = await this.database.$queryRaw<{ id: number }[]>`
      SELECT id FROM package WHERE id = ANY(${[...packageIds]}::int[]) ORDER BY ecosystem, coalesce(source_name, name), id`;
    return rows.map((row) => row.id);
  }

  /** Judges those of the packages that never were. */
  async judgeNew(packageIds: readonly number[], signal?: AbortSignal): Promise<JudgeOutcome> {
    const rows = await this.database.$queryRaw<{ id: number }[]>`
      SELECT id FROM package WHERE id = ANY(${[...packageIds]}::int[]) AND judged_at IS NULL`;
    const ids = rows.map((row) => row.id);
    const outcome = await this.judge(ids, { kind: 'package' }, { signal });
    await this.recount(signal);
    return outcome;
  }
}

interface BatchToJudge {
  readonly packageIds: readonly number[];
  readonly only: readonly number[] | undefined;
  readonly cause: JudgeCause;
}

async function judgeBatch(tx: Transaction, batch: BatchToJudge): Promise<number> {
  const { packageIds, cause } = batch;
  const packages = await lockPackages(tx, packageIds);
  const at = await timeNow(tx);
  const changed = new Set<number>();
  let changes = 0;
  for (const { slice, by } of slicesOf(packages, batch)) {
    const index = new PostgresAdvisoryIndex(tx, by);
    const judged = await judgeAll(slice, index);
    const found = await aged(tx, matchChanges(await openMatches(tx, slice, by), judged));
    await applyChanges(tx, { changes: found, index, cause, at });
    changes += found.length;
    for (const change of found) if (concernsImages(change)) changed.add(change.packageId);
  }
  await tx.$executeRaw`UPDATE package SET judged_at = ${at} WHERE id = ANY(${[...packageIds]}::int[])`;
  await markUncounted(tx, [...changed]);
  return changes;
}

/** Packages to judge at a time, in the order they were given, and by what is said of which vulnerabilities. */
function* slicesOf(locked: readonly PackageRow[], { packageIds, only }: BatchToJudge) {
  const rowOf = new Map(locked.map((row) => [row.id, row]));
  const packages = packageIds.flatMap((id) => rowOf.get(id) ?? []);
  const isKnown = (row: PackageRow) => only !== undefined && row.wasJudged;
  const groups = [
    { rows: packages.filter(isKnown), by: only },
    { rows: packages.filter((row) => !isKnown(row)), by: undefined },
  ];
  for (const { rows, by } of groups) {
    const size = by === undefined ? sliceSize : Math.max(sliceSize, Math.floor(findingsAtATime / by.length));
    for (let start = 0; start < rows.length; start += size) yield { slice: rows.slice(start, start + size), by };
  }
}

/** The other names of a vulnerability `v`, and those that it had until lately. */
export const lateNames = Prisma.sql`
  (v.aliases || ARRAY(SELECT f.name FROM former_alias f WHERE f.vulnerability_id = v.id))`;

/** Not the time the transaction began: it may have waited for one whose changes come before its own. */
async function timeNow(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp()::timestamptz(3) AS now`;
  if (row === undefined) throw new Error('the database did not say what time it is');
  return row.now;
}

async function aged(tx: Transaction, changes: readonly MatchChange[]): Promise<readonly MatchChange[]> {
  const closed = mayBeRenamed(changes);
  if (closed.length === 0) return changes;
  const names = [...new Set(closed.map(({ vulnerability }) => vulnerability))];
  const rows = await tx.$queryRaw<{ name: string; aliases: readonly string[] }[]>`
    SELECT v.name, ${lateNames} AS aliases FROM vulnerability v WHERE v.name = ANY(${names}::text[])`;
  return withAges(changes, new Map(rows.map(({ name, aliases }) => [name, aliases])));
}

async function judgeAll(rows: readonly PackageRow[], index: PostgresAdvisoryIndex): Promise<readonly JudgedFinding[]> {
  // A package that a distro owns is judged by the distro: the owner's own row has the verdict.
  const judgeable = rows
    .filter((row) => row.ownedBy === null)
    .map((row) => {
      const pkg = packageOf(row);
      return { packageId: row.id, pkg, keys: ecosystemOf(pkg)?.lookupKeys(pkg) ?? [] };
    });
  const distinct = new Map(judgeable.flatMap(({ keys }) => keys).map((key) => [keyText(key), key]));
  const inputs = Map.groupBy(await index.lookup([...distinct.values()]), ({ affected }) => keyText(affected));
  return judgeable.flatMap(({ packageId, pkg, keys }) => {
    const own: AdvisoryMatchInput[] = keys.flatMap((key) => inputs.get(keyText(key)) ?? []);
    return findingsOf(pkg, own)
      .filter((finding) => index.isAsked(finding.vulnerability.id))
      .map((finding) => ({ packageId, finding }));
  });
}

function keyText({ ecosystem, name }: { ecosystem: string; name: string }): string {
  return `${ecosystem}\n${name}`;
}

async function openMatches(
  tx: Transaction,
  packages: readonly PackageRow[],
  only: readonly number[] | undefined,
): Promise<readonly OpenMatch[]> {
  const about = only === undefined ? Prisma.empty : Prisma.sql`AND m.vulnerability_id = ANY(${[...only]}::int[])`;
  return tx.$queryRaw<OpenMatch[]>`
    SELECT m.id, m.package_id AS "packageId", v.name AS vulnerability, m.vulnerability_id AS "vulnerabilityId", m.state,
           m.reason, m.severity, m.severity_source AS "severitySource", m.score, m.fixed_in AS "fixedIn", m.fix_state AS "fixState",
           m.fix_channel AS "fixChannel", m.malicious, m.epss, m.exploited, m.opened_at AS "openedAt", a.feed || '/' || a.native_id AS advisory, m.also,
           m.evidence
      FROM match m
      JOIN vulnerability v ON v.id = m.vulnerability_id
      JOIN advisory a ON a.id = m.advisory_id
     WHERE m.package_id = ANY(${packages.map((row) => row.id)}::int[]) AND m.closed_at IS NULL ${about}`;
}
