import type { Database, Transaction } from './database';
import { Prisma } from './generated/client';

/** A table that a migration has partitioned by ranges of a time, with a partition `<table>_default` for what no other takes. */
export interface MonthlyTable {
  readonly table: string;
  readonly column: string;
}

/** Whoever waits for a lock makes everybody behind it wait: then rather later. */
const lockTimeoutMs = 5_000;
/** Rows that wait in the default partition are moved first, which is many when nothing did this for long. */
const timeoutMs = 600_000;

/**
 * Makes the partitions of a table for the month of `now` and so many after it, and of every month that the default partition has
 * rows of, which are moved: they came while nobody did this, and would stand in the way of a partition of their month for ever.
 * Returns how many it made.
 */
export async function makeMonths(
  database: Database,
  monthly: MonthlyTable,
  { now, ahead }: { readonly now: Date; readonly ahead: number },
): Promise<number> {
  const wanted = Array.from({ length: ahead + 1 }, (_, n) => monthAfter(now, n));
  return database.$transaction(
    async (tx) => {
      await beAlone(tx);
      const stranded = await tx.$queryRaw<{ month: Date }[]>`
        SELECT DISTINCT date_trunc('month', ${nameOf(monthly.column)}, 'UTC') AS month FROM ${defaultOf(monthly)}`;
      const missing = await uncovered(tx, monthly, [...wanted, ...stranded.map(({ month }) => month)]);
      // Of months to come nobody writes rows yet. Of others whoever writes waits: he would take the default partition for theirs.
      if (missing.some((month) => month <= now))
        await tx.$executeRaw`LOCK TABLE ${nameOf(monthly.table)} IN SHARE ROW EXCLUSIVE MODE`;
      for (const month of missing) await makeMonth(tx, monthly, month);
      return missing.length;
    },
    { timeout: timeoutMs },
  );
}

/** Whether a table has rows, or partitions for rows, of before a time. */
export async function reachesBefore(database: Database, monthly: MonthlyTable, limit: Date): Promise<boolean> {
  if ((await endedBy(database, monthly, limit)).length > 0) return true;
  const [row] = await database.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT FROM ${defaultOf(monthly)} WHERE ${nameOf(monthly.column)} < ${limit}) AS found`;
  return row?.found === true;
}

/** Drops the partitions that end at `limit`, the beginning of a month, or before it. Returns how many. */
export async function dropMonths(database: Database, monthly: MonthlyTable, limit: Date): Promise<number> {
  return database.$transaction(
    async (tx) => {
      await beAlone(tx);
      const ended = await endedBy(tx, monthly, limit);
      for (const { name } of ended) await tx.$executeRaw`DROP TABLE ${nameOf(name)}`;
      await tx.$executeRaw`DELETE FROM ${defaultOf(monthly)} WHERE ${nameOf(monthly.column)} < ${limit}`;
      return ended.length;
    },
    { timeout: timeoutMs },
  );
}

/** The beginning of the month of a time, or of one so many months after it. */
export function monthAfter(time: Date, months: number): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months));
}

async function beAlone(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('tidewaiter/partitions'))`;
  await tx.$executeRaw`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`;
}

/** The partitions but the default one, with the end of each. */
function partitionsOf({ table }: MonthlyTable): Prisma.Sql {
  return Prisma.sql`
    SELECT c.relname AS name, b.bounds[1]::timestamptz AS first, b.bounds[2]::timestamptz AS "end"
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     CROSS JOIN LATERAL (
       SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\((?:MINVALUE|''(.*)'')\\) TO \\(''(.*)''\\)') AS bounds) b
     WHERE i.inhparent = ${table}::regclass AND b.bounds IS NOT NULL`;
}

function endedBy(
  tx: Pick<Transaction, '$queryRaw'>,
  monthly: MonthlyTable,
  limit: Date,
): Promise<readonly { readonly name: string }[]> {
  return tx.$queryRaw<{ name: string }[]>`
    SELECT p.name::text FROM (${partitionsOf(monthly)}) p WHERE p."end" <= ${limit} ORDER BY p."end"`;
}

async function uncovered(tx: Transaction, monthly: MonthlyTable, months: readonly Date[]): Promise<readonly Date[]> {
  const rows = await tx.$queryRaw<{ month: Date }[]>`
    SELECT DISTINCT w.month FROM unnest(${[...months]}::timestamptz[]) w(month)
     WHERE NOT EXISTS (SELECT FROM (${partitionsOf(monthly)}) p
                        WHERE coalesce(p.first, '-infinity') <= w.month AND p."end" > w.month)
     ORDER BY w.month`;
  return rows.map((row) => row.month);
}

async function makeMonth(tx: Transaction, monthly: MonthlyTable, month: Date): Promise<void> {
  const { table, column } = monthly;
  const [first, end] = [month.toISOString(), monthAfter(month, 1).toISOString()];
  const name = nameOf(`${table}_${first.slice(0, 7).replace('-', '_')}`);
  await tx.$executeRaw`CREATE TABLE ${name} (LIKE ${nameOf(table)} INCLUDING DEFAULTS)`;
  await tx.$executeRaw`
    WITH moved AS (
      DELETE FROM ${defaultOf(monthly)}
       WHERE ${nameOf(column)} >= ${first}::timestamptz AND ${nameOf(column)} < ${end}::timestamptz RETURNING *)
    INSERT INTO ${name} SELECT * FROM moved`;
  await tx.$executeRaw`
    ALTER TABLE ${nameOf(table)} ATTACH PARTITION ${name} FOR VALUES FROM (${literal(first)}) TO (${literal(end)})`;
}

function defaultOf({ table }: MonthlyTable): Prisma.Sql {
  return nameOf(`${table}_default`);
}

/** Names and times are our own; a statement that defines something takes no parameters. */
function nameOf(name: string): Prisma.Sql {
  return Prisma.raw(`"${name}"`);
}

function literal(time: string): Prisma.Sql {
  return Prisma.raw(`'${time}'`);
}
