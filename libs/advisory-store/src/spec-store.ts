/** For specs: stores of parts whose records are given. */
import type { Advisory, AdvisoryMatchInput } from '@tidewaiter/contracts';
import type { Feed, FeedProblem } from '@tidewaiter/feeds';
import { importFeeds } from './import';
import type { PartResult } from './import-part';
import { openAdvisoryStore } from './store';

export type Items = readonly (Advisory | FeedProblem)[];

export function feedOf(items: Readonly<Record<string, Items>>): Feed {
  return {
    id: 'osv',
    revision: 1,
    covers: [],
    fetch: () => Promise.resolve('unchanged'),
    async *parse({ parts }) {
      for (const { name } of parts) yield* items[name] ?? [];
    },
  };
}

/** Imports the named parts and nothing else. */
export function importInto(
  path: string,
  items: Readonly<Record<string, Items>>,
  now = '2025-03-01T00:00:00Z',
): Promise<readonly PartResult[]> {
  const parts = Object.keys(items).map((name) => ({
    name,
    async *files() {
      // The feed of these tests has its items already.
    },
  }));
  return importFeeds(path, [{ feed: feedOf(items), snapshot: { parts }, now }], { maxShrinkPercent: 20 });
}

export async function lookupIn(path: string, ecosystem: string, name: string): Promise<readonly AdvisoryMatchInput[]> {
  const store = openAdvisoryStore(path);
  try {
    return await store.lookup([{ ecosystem, name }]);
  } finally {
    store.close();
  }
}

export async function foundIn(path: string, ecosystem: string, name: string): Promise<readonly string[]> {
  return (await lookupIn(path, ecosystem, name)).map(
    ({ advisory }) => `${advisory.id} ${advisory.modified.slice(0, 4)}`,
  );
}

export function advisory(id: string, ...keys: readonly string[]): Advisory {
  return {
    feed: 'osv',
    id,
    modified: '2025-01-01T00:00:00Z',
    aliases: [],
    upstream: [],
    severities: [],
    references: [],
    affected: keys.map((key) => {
      const [ecosystem = '', name = ''] = key.split('/');
      const ranges = [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: '2' }] }];
      return { ecosystem, name, ranges, versions: [], severities: [] };
    }),
  };
}
