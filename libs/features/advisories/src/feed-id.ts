import { sourceName } from '@tidewaiter/feeds';

interface SourceOfFeed {
  readonly feed: { readonly id: string; readonly address?: string };
  readonly source: string;
}

/** `osv:npm` for `.../npm.zip`; the feed's own id where it is read from where its publisher has it. */
export function plainId({ feed, source }: SourceOfFeed): string {
  return source === feed.address ? feed.id : `${feed.id}:${sourceName(source) || 'source'}`;
}

/** The same with a number behind it where another source has it. */
export function freeId(of: SourceOfFeed, taken: ReadonlySet<string>): string {
  const first = plainId(of);
  let id = first;
  for (let n = 2; taken.has(id); n += 1) id = `${first}-${String(n)}`;
  return id;
}

/** The planned refresh of a feed has this and the feed's id as its key. */
export const refreshRunPrefix = 'feed.refresh ';
