import type { DatabaseSync } from 'node:sqlite';
import type { FeedProblem } from '@tidewaiter/feeds';
import { UserError } from '@tidewaiter/kit';
import type { AdvisoryBundle } from './bundle';
import type { FeedImport } from './feed-import';
import type { PartResult } from './import-part';
import { importParts, importPartsInThreads } from './import-parts';
import type { ThreadOptions } from './threads/threaded-writing';
import { importThreats, noteThreatsUnchanged, type EnrichmentImport, type EnrichmentResult } from './threats';
import { changeStore } from './writing';

export interface ImportOptions {
  readonly maxShrinkPercent: number;
  /** What is known beside advisories, into the same store. */
  readonly enrichments?: readonly EnrichmentImport[];
  /** Sources that were asked and have nothing new: what they gave is as old as this question. */
  readonly unchanged?: readonly UnchangedSource[];
  /** Whose knowledge of attacks comes along. */
  readonly bundles?: readonly AdvisoryBundle[];
  /** Rows are written in a thread of their own while reading goes on, and another thread reads as well when there is much to read. */
  readonly thread?: ThreadOptions;
  onEnrichment?(result: EnrichmentResult): void;
  /** Sources of which a bundle has nothing newer than what is known of attacks and releases here. */
  onOlder?(sources: readonly string[]): void;
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
  const { unchanged = [], maxShrinkPercent, thread } = options;
  refuseDoubledParts(imports);
  return changeStore(path, async (database, copy) => {
    for (const source of unchanged) noteUnchanged(database, source);
    const results = await (thread === undefined
      ? importParts(database, imports, maxShrinkPercent)
      : importPartsInThreads({ database, path: copy }, imports, { maxShrinkPercent, thread }));
    await importBeside(database, options);
    if (database.prepare('SELECT 1 FROM record LIMIT 1').get() === undefined) throw nothingUsable(results);
    database.exec('DELETE FROM part WHERE part_id NOT IN (SELECT part_id FROM record)');
    return results;
  });
}

/** What is known beside advisories. What a bundle knows of it comes first: a source that was asked itself knows better. */
async function importBeside(database: DatabaseSync, options: ImportOptions): Promise<void> {
  const { enrichments = [], bundles = [], maxShrinkPercent, onProblem = ignore } = options;
  for (const bundle of bundles) {
    const older = bundle.copyThreats(database);
    options.onOlder?.(older);
  }
  for (const enrichment of enrichments) {
    const result = await importThreats(database, enrichment, { maxShrinkPercent, onProblem });
    options.onEnrichment?.(result);
  }
}

function noteUnchanged(database: DatabaseSync, { feed, parts, now }: UnchangedSource): void {
  const statement = database.prepare('UPDATE part SET imported_at = ? WHERE feed = ? AND name = ?');
  for (const name of parts) statement.run(now, feed, name);
  noteThreatsUnchanged(database, feed, now);
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
