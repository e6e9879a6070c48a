import { zipFileOf } from '@tidewaiter/formats';
import { isFeedProblem, type Snapshot, type SnapshotFile, type Source } from '../feed';

/** A snapshot of files as a source sees it, by name and content. */
export function snapshotOf(files: Readonly<Record<string, string | Buffer>>, part = 'part'): Snapshot {
  const opened = Object.entries(files).map(([name, content]): SnapshotFile => ({
    name,
    ...zipFileOf(typeof content === 'string' ? Buffer.from(content) : content),
  }));
  return {
    parts: [
      {
        name: part,
        async *files() {
          yield* opened;
        },
      },
    ],
  };
}

/** Everything a source reads, and its problems as `code path`, with an exclamation mark where they are fatal. */
export async function readAll<Item extends object>(
  source: Pick<Source<Item>, 'parse'>,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<{ readonly items: readonly Item[]; readonly problems: readonly string[] }> {
  const items: Item[] = [];
  const problems: string[] = [];
  for await (const item of source.parse(snapshotOf(files))) {
    if (isFeedProblem(item)) problems.push(`${item.code} ${item.path}${item.fatal === true ? '!' : ''}`);
    else items.push(item);
  }
  return { items, problems };
}
