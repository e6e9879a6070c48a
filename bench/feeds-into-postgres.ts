import type { Database } from '@tidewaiter/db';
import { FeedSources, RefreshSource } from '@tidewaiter/features/advisories';

export interface Importing {
  /** Everything that is new. Returns how many records came or changed. */
  refresh(): Promise<number>;
  /** One record in a hundred is another one than the source has; the next refresh has to notice. */
  alter(): Promise<void>;
}

/** The sources as rows of a server's database. */
export function intoPostgres(
  database: Database,
  { snapshotDirectory, sources }: { readonly snapshotDirectory: string; readonly sources: readonly string[] },
): Importing {
  const refreshSource = new RefreshSource(database, { snapshotDirectory, maxShrinkPercent: 100 });
  return {
    async refresh() {
      const { configured } = await new FeedSources(database).sync(sources);
      let changed = 0;
      for (const id of configured) changed += (await refreshSource.refresh(id)).changed;
      return changed;
    },
    async alter() {
      await database.$executeRaw`UPDATE advisory SET content_hash = '\\x00', stamp = NULL WHERE id % 100 = 0`;
      await database.$executeRaw`UPDATE feed SET fingerprint = fingerprint || '{"sha256": "other"}'`;
    },
  };
}
