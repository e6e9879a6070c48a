import { documentsOf, isDocument } from '../documents';
import { isFeedProblem, type Snapshot } from '../feed';
import { readDocument } from './document';
import type { Change } from './change-list';

/** Some write the list to the second and their records more exactly, or the other way round. */
const timesDifferMs = 1_000;

/**
 * Changes of which an export knows nothing yet, by what its records say themselves: the time that is listed is the record's `modified`.
 * https://google.github.io/osv.dev/data/
 */
export async function listedLater(snapshot: Snapshot, changes: readonly Change[]): Promise<readonly Change[]> {
  const known = await modifiedTimes(snapshot, new Set(changes.map(({ id }) => id)));
  // It is not read to its end, and whoever parses it says so.
  if (known === undefined) return [];
  return changes.filter(({ id, time }) => !(Date.parse(time) < (known.get(id) ?? -Infinity) + timesDifferMs));
}

/** Those of the changes that an export has in an older form. */
export async function olderIn(snapshot: Snapshot, changes: readonly Change[]): Promise<readonly Change[]> {
  if (changes.length === 0) return [];
  const known = await modifiedTimes(snapshot, new Set(changes.map(({ id }) => id)));
  return changes.filter(({ id, time }) => Date.parse(time) >= (known?.get(id) ?? Infinity) + timesDifferMs);
}

async function modifiedTimes(
  { parts }: Snapshot,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const times = new Map<string, number>();
  for (const part of parts) {
    for await (const document of documentsOf(part, (name) => ids.has(idOf(name)))) {
      const item = isDocument(document) ? await readDocument('', part.name, document) : document;
      if (!isFeedProblem(item)) times.set(item.id, Date.parse(item.modified));
      else if (item.fatal === true) return undefined;
    }
  }
  return times;
}

/** OSV names each file by the id of its record. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/i, '');
}
