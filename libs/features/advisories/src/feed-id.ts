import { sourceName } from '@tidewaiter/feeds';

interface SourceOfFeed {
  readonly feed: { readonly id: string; readonly address?: string };
  readonly source: string;
}

/** `osv:npm` for `.../npm.zip`; the feed's own id where it is read from where its publisher has it. */
export function freeId({ feed, source }: SourceOfFeed, taken: ReadonlySet<string>): string {
  const first = source === feed.address ? feed.id : `${feed.id}:${sourceName(source) || 'source'}`;
  let id = first;
  for (let n = 2; taken.has(id); n += 1) id = `${first}-${String(n)}`;
  return id;
}
