import type { DatabaseSync } from 'node:sqlite';
import type { SeverityVector, VulnerabilityRef } from '@tidewaiter/contracts';
import { scoringFeeds } from '@tidewaiter/feeds';
import { decodeRecord } from './codec';
import { textIn } from './rows';

export type ScoreLookup = (vulnerability: VulnerabilityRef) => readonly SeverityVector[];

/** What those who speak of no package say of a vulnerability, by any of its names: their records have the name for an id. */
export function scoreLookup(database: DatabaseSync): ScoreLookup {
  const parts = database
    .prepare('SELECT part_id, feed FROM part')
    .all()
    .flatMap((row) => (scoringFeeds.includes(textIn(row, 'feed')) ? [Number(row.part_id)] : []));
  if (parts.length === 0) return () => [];
  const statement = database.prepare(
    `SELECT p.feed, r.id, r.modified, r.links, r.body FROM record r JOIN part p ON p.part_id = r.part_id
      WHERE r.id = ? AND r.part_id IN (${parts.join(', ')}) AND r.gone_at IS NULL AND r.withdrawn = 0
      ORDER BY p.feed, p.name`,
  );
  return ({ id, aliases }) =>
    [id, ...aliases].sort().flatMap((name) =>
      statement.all(name).flatMap((row) => {
        const links = row.links === null ? null : textIn(row, 'links');
        const [modified, body] = [textIn(row, 'modified'), textIn(row, 'body')];
        return decodeRecord({ feed: textIn(row, 'feed'), id: name, modified, links, body }).severities;
      }),
    );
}
