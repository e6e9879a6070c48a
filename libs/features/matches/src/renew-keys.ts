import { jsonbText, type Database, type Transaction } from '@tidewaiter/db';
import { ecosystemOf, judgedAnewFrom, lookupRevision } from '@tidewaiter/ecosystems';
import type { JudgeOutcome, JudgePackages } from './judge-packages';
import { lockPackages, packageOf } from './judged-packages';

/** Packages whose keys are made in one transaction. */
const batchSize = 1_000;
const batchTimeoutMs = 60_000;

/**
 * Makes the keys of packages anew that were recorded by older rules, and judges those whose keys are others now, or all where the
 * rules by which they are judged are others. A package counts as done when it is judged; so a crash repeats work and loses none.
 * Returns how many were judged; whoever calls has the images counted.
 */
export async function renewKeys(
  database: Database,
  judgePackages: JudgePackages,
  signal?: AbortSignal,
): Promise<JudgeOutcome> {
  const total = { judged: 0, changes: 0 };
  for (;;) {
    signal?.throwIfAborted();
    const rows = await database.$queryRaw<Due[]>`
      SELECT id, lookup_revision < ${judgedAnewFrom} AS "isJudgedAnew"
        FROM package WHERE lookup_revision < ${lookupRevision} ORDER BY lookup_revision, id LIMIT ${batchSize}`;
    if (rows.length === 0) return total;
    const ids = rows.map(({ id }) => id);
    const renewed = await database.$transaction((tx) => writeKeys(tx, rows), { timeout: batchTimeoutMs });
    const outcome = await judgePackages.judge(renewed, { kind: 'lookup', revision: lookupRevision }, { signal });
    await database.package.updateMany({ where: { id: { in: ids } }, data: { lookupRevision } });
    total.judged += outcome.judged;
    total.changes += outcome.changes;
  }
}

interface Due {
  readonly id: number;
  readonly isJudgedAnew: boolean;
}

export async function isRenewalDue(database: Database): Promise<boolean> {
  const where = { lookupRevision: { lt: lookupRevision } };
  return (await database.package.findFirst({ where, select: { id: true } })) !== null;
}

/**
 * Those that are to be judged: whose keys changed, who wait for it since another time, as they count as never judged until they are,
 * and who were judged by other rules.
 */
async function writeKeys(tx: Transaction, due: readonly Due[]): Promise<readonly number[]> {
  const ids = due.map(({ id }) => id);
  const packages = await lockPackages(tx, ids);
  const wanted = packages.flatMap((row) => {
    const pkg = packageOf(row);
    const keys = row.ownedBy === null ? (ecosystemOf(pkg)?.lookupKeys(pkg) ?? []) : [];
    return keys.map(({ ecosystem, name }) => ({ packageId: row.id, ecosystem, name }));
  });
  const changed = await tx.$queryRaw<{ id: number }[]>`
    WITH wanted AS MATERIALIZED (
      SELECT DISTINCT w."packageId" AS package_id, w.ecosystem, w.name
        FROM jsonb_to_recordset(${jsonbText(wanted)}::jsonb) AS w("packageId" int, ecosystem text, name text)),
    gone AS (
      DELETE FROM package_key k
       WHERE k.package_id = ANY(${[...ids]}::int[])
         AND NOT EXISTS (SELECT FROM wanted w WHERE (w.package_id, w.ecosystem, w.name) = (k.package_id, k.ecosystem, k.name))
      RETURNING k.package_id),
    come AS (
      INSERT INTO package_key (ecosystem, name, package_id)
      SELECT w.ecosystem, w.name, w.package_id FROM wanted w
      ON CONFLICT DO NOTHING RETURNING package_id)
    SELECT package_id AS id FROM gone UNION SELECT package_id FROM come`;
  await tx.package.updateMany({ where: { id: { in: changed.map(({ id }) => id) } }, data: { judgedAt: null } });
  const waiting = new Set([
    ...changed.map(({ id }) => id),
    ...packages.filter((row) => !row.wasJudged).map(({ id }) => id),
    ...due.filter(({ isJudgedAnew }) => isJudgedAnew).map(({ id }) => id),
  ]);
  return packages.filter(({ id, ownedBy }) => ownedBy === null && waiting.has(id)).map(({ id }) => id);
}
