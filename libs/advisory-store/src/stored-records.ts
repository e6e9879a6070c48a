import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import { decodeAffected, decodeRecord } from './codec';
import { linkSql } from './link';
import { payloadIn, textIn } from './rows';

/** Reads records as the store has them, with what it keeps of releases that are frozen. */
export class StoredRecords {
  private readonly record: StatementSync;
  private readonly affected: StatementSync;

  constructor(database: DatabaseSync) {
    this.record = database.prepare(
      'SELECT p.feed, r.id, r.modified, r.links, r.body FROM record r JOIN part p USING (part_id) WHERE record_id = ?',
    );
    this.affected = database.prepare(
      `SELECT e.name AS ecosystem, k.name, c.payload
         FROM record r JOIN json_each(r.affected) link
              JOIN payload c ON c.record_id = r.record_id AND c.payload_number = ${linkSql.payloadNumber}
              JOIN package_key k ON k.key_id = ${linkSql.rowId} JOIN ecosystem e USING (ecosystem_id)
        WHERE r.record_id = ? ORDER BY link.key`,
    );
  }

  /** One that is there and was there at the last flush. @throws where its bytes are not what was written */
  read(recordId: number): Advisory {
    const row = this.record.get(recordId) ?? {};
    const head = decodeRecord({
      feed: textIn(row, 'feed'),
      id: textIn(row, 'id'),
      modified: textIn(row, 'modified'),
      links: row.links === null ? null : textIn(row, 'links'),
      body: textIn(row, 'body'),
    });
    const affected = this.affected
      .all(recordId)
      .map((each) =>
        decodeAffected(payloadIn(each), { ecosystem: textIn(each, 'ecosystem'), name: textIn(each, 'name') }),
      );
    // A store keeps no references.
    return { ...head, affected, references: [] };
  }
}
