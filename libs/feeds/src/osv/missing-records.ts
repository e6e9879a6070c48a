import type { FeedProblem, Snapshot, SnapshotFile } from '../feed';
import type { Change } from './change-list';

/**
 * Names records that are listed as newer than the export has them, and have no document: what was read of them before stays, as of
 * every record that cannot be read.
 */
export function withMissing(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const [first, ...others] = snapshot.parts;
  if (first === undefined || changes.length === 0) return snapshot;
  const { name } = first;
  const part = {
    name,
    async *files() {
      yield* changes.map((change) => missingFile(problemOf(change, name)));
      yield* first.files();
    },
  };
  return { ...snapshot, parts: [part, ...others] };
}

function problemOf({ id, time }: Change, part: string): FeedProblem {
  const path = `${id}.json`;
  const message = `${path} is not there, and all.zip has it as it was before ${time}, when modified_id.csv says that it changed`;
  return { code: 'osv-record-missing', message, part, path };
}

/** By its name it is no record, so nothing is read of it. */
function missingFile(problem: FeedProblem): SnapshotFile {
  return {
    name: `${problem.path}.missing`,
    problem,
    sizeBytes: 0,
    read: () => Promise.resolve(0),
  };
}
