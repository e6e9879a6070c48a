import { basename, dirname, extname } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';

/** The configured sources as rows. A source that is no longer configured keeps its records until somebody says otherwise. */
@Injectable()
export class FeedSources {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Ids of the configured sources in the order given, and of those that were configured once. */
  async sync(sources: readonly string[]): Promise<{ configured: readonly string[]; retired: readonly string[] }> {
    const known = await this.database.feedState.findMany({ select: { id: true, source: true } });
    const idBySource = new Map(known.map((row) => [row.source, row.id]));
    const taken = new Set(known.map((row) => row.id));
    for (const source of sources) {
      if (idBySource.has(source)) continue;
      const id = freeId(source, taken);
      idBySource.set(source, id);
      taken.add(id);
      await this.database.feedState.upsert({
        where: { id },
        create: { id, feed: 'osv', source, state: 'never', ecosystems: [] },
        update: {},
      });
    }
    const configured = [...new Set(sources.flatMap((source) => idBySource.get(source) ?? []))];
    return { configured, retired: [...taken].filter((id) => !configured.includes(id)) };
  }
}

/** `osv:npm` for `.../npm.zip` and for `.../npm/all.zip`. */
export function freeId(source: string, taken: ReadonlySet<string>): string {
  const path = /^https?:/i.test(source) ? decoded(new URL(source).pathname) : source;
  const file = basename(path, extname(path));
  const name = file === 'all' ? basename(dirname(path)) : file;
  const first = `osv:${name === '' ? 'source' : name}`;
  let id = first;
  for (let n = 2; taken.has(id); n += 1) id = `${first}-${String(n)}`;
  return id;
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // A percent sign that encodes nothing: the name is taken as it is written.
    return pathname;
  }
}
