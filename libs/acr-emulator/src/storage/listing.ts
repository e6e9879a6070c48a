import type { z } from 'zod';
import type { Database } from './database';

export type ListOrder = 'none' | 'timeasc' | 'timedesc';

export interface ListQuery {
  readonly limit: number;
  /** The last item of the page before. */
  readonly last?: string;
  readonly order: ListOrder;
}

interface Listing<T> {
  readonly table: 'tag' | 'manifest';
  readonly key: 'name' | 'digest';
  readonly row: z.ZodType<T>;
  readonly repository: string;
  /** Only rows of this manifest. */
  readonly digest?: string;
}

/** One page of a repository's tags or manifests, by name or by time of the last change. What is hidden is in none. */
export function listPage<T>(database: Database, listing: Listing<T>, query: ListQuery): readonly T[] {
  const { table, key, row, repository, digest } = listing;
  const filters = [
    'repository = :repository',
    `NOT EXISTS (SELECT 1 FROM attribute a WHERE a.repository = :repository AND a.kind = '${table}' AND a.item = ${key}
       AND a.listEnabled = 0)`,
  ];
  if (digest !== undefined) filters.push('digest = :digest');
  if (query.last !== undefined) filters.push(after(table, key, query.order));
  const order = {
    none: key,
    timeasc: `updated, ${key}`,
    timedesc: `updated DESC, ${key} DESC`,
  }[query.order];
  return database.all(row, `SELECT * FROM ${table} WHERE ${filters.join(' AND ')} ORDER BY ${order} LIMIT :limit`, {
    repository,
    limit: query.limit,
    ...(digest === undefined ? {} : { digest }),
    ...(query.last === undefined ? {} : { last: query.last }),
  });
}

function after(table: string, key: string, order: ListOrder): string {
  if (order === 'none') return `${key} > :last`;
  const comparison = order === 'timeasc' ? '>' : '<';
  return `(updated, ${key}) ${comparison} (SELECT updated, ${key} FROM ${table} WHERE repository = :repository AND ${key} = :last)`;
}
