import type { Transaction } from '@tidewaiter/db';
import type { AliasRecord } from '@tidewaiter/matching';

/** What grouping reads of an advisory. */
export interface AliasRow extends AliasRecord {
  readonly rowId: number;
}

export interface AliasNeighbourhood {
  /** Enough records that grouping these gives every record of `toLink` the groups that all records would give it. */
  readonly records: readonly AliasRow[];
  /** Row ids of the advisories whose groups may have changed, those that are gone among them. */
  readonly toLink: readonly number[];
}

/** Longer chains of `upstream` are not followed by the grouping either. */
const upstreamDepth = 4;

/**
 * The records around names whose aliases changed. Grouping looks along two kinds of edges: `aliases`, in both directions and
 * any number of steps, and `upstream`, from a record to what it derives from. So all records connected by aliases belong
 * together; whoever derives from one of them is to be linked again; and what such a record derives from is read with it.
 * Undefined when that would be more than `limit` records: then looking at all of them is cheaper.
 */
export async function aliasNeighbourhood(
  tx: Transaction,
  changedNames: readonly string[],
  limit: number,
): Promise<AliasNeighbourhood | undefined> {
  const loaded = new Map<number, AliasRow>();
  const visited = new Set<string>();
  await addConnected(tx, { names: changedNames, loaded, visited, limit });
  const toLink = new Set(loaded.keys());
  for (const id of await goneRows(tx, changedNames)) toLink.add(id);
  for (const row of await derivedFrom(tx, [...visited])) {
    toLink.add(row.rowId);
    loaded.set(row.rowId, row);
  }
  let frontier = [...loaded.values()];
  for (let depth = 0; depth <= upstreamDepth && loaded.size <= limit; depth += 1) {
    const before = new Set(loaded.keys());
    await addConnected(tx, { names: frontier.flatMap(namesAround), loaded, visited, limit });
    frontier = [...loaded.values()].filter((row) => !before.has(row.rowId));
  }
  if (loaded.size > limit) return undefined;
  return { records: [...loaded.values()].sort((a, b) => a.rowId - b.rowId), toLink: [...toLink] };
}

interface Walk {
  readonly names: readonly string[];
  readonly loaded: Map<number, AliasRow>;
  readonly visited: Set<string>;
  readonly limit: number;
}

/**
 * Loads the records that have one of the names, by any number of steps along aliases. One index probe a name: without
 * OFFSET 0, over which the planner cannot join, it takes the names for common ones and compares each with every record
 * (36 s where this takes 40 ms).
 */
async function addConnected(tx: Transaction, { names, loaded, visited, limit }: Walk): Promise<void> {
  let frontier = newNames(names, visited);
  while (frontier.length > 0 && loaded.size <= limit) {
    const rows = await tx.$queryRaw<AliasRow[]>`
      SELECT DISTINCT ON (a.id) a.id AS "rowId", a.native_id AS id, a.aliases, a.upstream,
             a.withdrawn IS NOT NULL AS "isWithdrawn"
        FROM unnest(${frontier}::text[]) AS k(name)
       CROSS JOIN LATERAL (
         SELECT * FROM advisory WHERE native_id = k.name AND removed_at IS NULL
          UNION ALL
         SELECT * FROM advisory WHERE aliases @> ARRAY[k.name] AND removed_at IS NULL
         OFFSET 0) a`;
    for (const row of rows) loaded.set(row.rowId, row);
    frontier = newNames(
      rows.flatMap((row) => [row.id, ...row.aliases]),
      visited,
    );
  }
}

/** The names that were not visited yet, which they are from now on. */
function newNames(names: readonly string[], visited: Set<string>): string[] {
  const fresh = [...new Set(names)].filter((name) => !visited.has(name));
  for (const name of fresh) visited.add(name);
  return fresh;
}

/** Records that derive from one of the names, directly or through others. */
async function derivedFrom(tx: Transaction, names: readonly string[]): Promise<readonly AliasRow[]> {
  const found = new Map<number, AliasRow>();
  let frontier = names;
  for (let depth = 0; depth <= upstreamDepth && frontier.length > 0; depth += 1) {
    const rows = await tx.$queryRaw<AliasRow[]>`
      SELECT DISTINCT ON (a.id) a.id AS "rowId", a.native_id AS id, a.aliases, a.upstream,
             a.withdrawn IS NOT NULL AS "isWithdrawn"
        FROM unnest(${[...frontier]}::text[]) AS k(name)
       CROSS JOIN LATERAL (
         SELECT * FROM advisory WHERE upstream @> ARRAY[k.name] AND removed_at IS NULL OFFSET 0) a`;
    const fresh = rows.filter((row) => !found.has(row.rowId));
    for (const row of fresh) found.set(row.rowId, row);
    frontier = fresh.map((row) => row.id);
  }
  return [...found.values()];
}

async function goneRows(tx: Transaction, names: readonly string[]): Promise<readonly number[]> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM advisory WHERE native_id = ANY(${[...names]}::text[]) AND removed_at IS NOT NULL`;
  return rows.map((row) => row.id);
}

function namesAround(row: AliasRow): readonly string[] {
  return [row.id, ...row.aliases, ...row.upstream];
}
