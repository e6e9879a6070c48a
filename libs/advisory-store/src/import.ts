import type { DatabaseSync } from 'node:sqlite';
import type { FeedProblem } from '@tidewaiter/feeds';
import { UserError } from '@tidewaiter/kit';
import type { AdvisoryBundle } from './bundle';
import type { FeedImport } from './feed-import';
import { importPart, type PartResult } from './import-part';
import type { Effects } from './part-writer';
import { countEcosystems, resolveCopies, resolveVulnerabilities } from './resolve';
import { createIndexes } from './schema';
import { ThreadedWriter, type ThreadOptions } from './threaded-writer';
import { importThreats, type EnrichmentImport, type EnrichmentResult } from './threats';
import { writerHere } from './writer-here';
import { changeStore } from './writing';

export interface ImportOptions {
  readonly maxShrinkPercent: number;
  /** What is known beside advisories, into the same store. */
  readonly enrichments?: readonly EnrichmentImport[];
  /** Sources that were asked and have nothing new: what they gave is as old as this question. */
  readonly unchanged?: readonly UnchangedSource[];
  /** Whose knowledge of attacks comes along. */
  readonly bundles?: readonly AdvisoryBundle[];
  /** Rows are written in a thread of their own while reading goes on. */
  readonly thread?: ThreadOptions;
  onEnrichment?(result: EnrichmentResult): void;
  onProblem?(problem: FeedProblem): void;
}

export interface UnchangedSource {
  readonly feed: string;
  readonly parts: readonly string[];
  /** RFC 3339 */
  readonly now: string;
}

/**
 * Brings a store (made when missing) to the state of snapshots. Each part of a snapshot replaces what the store had of
 * that part and leaves all other parts alone. Nothing of it is visible before all of it is.
 */
export async function importFeeds(
  path: string,
  imports: readonly FeedImport[],
  options: ImportOptions,
): Promise<readonly PartResult[]> {
  const { enrichments = [], onEnrichment, unchanged = [], bundles = [] } = options;
  refuseDoubledParts(imports);
  return changeStore(path, async (database, copy) => {
    for (const source of unchanged) noteUnchanged(database, source);
    const { results, effects } = await importParts(database, copy, imports, options);
    for (const bundle of bundles) bundle.copyThreats(database);
    for (const enrichment of enrichments) {
      const result = await importThreats(database, enrichment, options.onProblem ?? ignore);
      onEnrichment?.(result);
    }
    if (database.prepare('SELECT 1 FROM record LIMIT 1').get() === undefined) throw nothingUsable(results);
    database.exec('DELETE FROM part WHERE part_id NOT IN (SELECT part_id FROM record)');
    if (effects.changedIds.size > 0) {
      resolveCopies(database, effects.changedIds);
      if (effects.isRelinked) resolveVulnerabilities(database);
      countEcosystems(database);
    }
    return results;
  });
}

async function importParts(
  database: DatabaseSync,
  path: string,
  imports: readonly FeedImport[],
  { maxShrinkPercent, thread }: ImportOptions,
): Promise<{ readonly results: readonly PartResult[]; readonly effects: Effects }> {
  if (imports.length === 0) return { results: [], effects: { changedIds: new Set(), isRelinked: false } };
  const threaded = thread === undefined ? undefined : new ThreadedWriter(path, thread);
  const writer = threaded ?? writerHere(database);
  const results: PartResult[] = [];
  try {
    for (const { feed, snapshot, now, onProblem = ignore, onPart } of imports) {
      const isPartial = snapshot.isPartial === true;
      for (const part of snapshot.parts) {
        const result = await importPart(writer, { feed, part, now, maxShrinkPercent, isPartial, onProblem });
        // From the second part on rows are found by record, and the first part is rarely the largest.
        createIndexes(database);
        results.push(result);
        onPart?.(result);
      }
    }
    return { results, effects: await writer.effects() };
  } finally {
    await threaded?.stop();
  }
}

function noteUnchanged(database: DatabaseSync, { feed, parts, now }: UnchangedSource): void {
  const statement = database.prepare('UPDATE part SET imported_at = ? WHERE feed = ? AND name = ?');
  for (const name of parts) statement.run(now, feed, name);
}

function refuseDoubledParts(imports: readonly FeedImport[]): void {
  const seen = new Set<string>();
  for (const { feed, snapshot } of imports) {
    for (const { name } of snapshot.parts) {
      const key = `${feed.id}\0${name}`;
      if (seen.has(key)) {
        throw new UserError(
          'advisory-source-twice',
          `Two sources are both named ${name}, and the second would replace the first; import one of them.`,
        );
      }
      seen.add(key);
    }
  }
}

/** An empty store would find everything clean. */
function nothingUsable(results: readonly PartResult[]): UserError {
  const names = results.map(({ part }) => part).join(', ');
  return new UserError('feed-source-unusable', `There is no usable advisory in ${names}, so no store was made.`);
}

function ignore(): void {
  // A caller that only wants the counts.
}
