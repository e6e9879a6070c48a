import type { Advisory, AffectedPackage } from '@tidewaiter/contracts';

/** A time for what states none; the contents of a record tell whether it changed, never its time. */
export const undated = '1970-01-01T00:00:00Z';

export type RecordFacts = Partial<Omit<Advisory, 'feed' | 'id' | 'affected'>>;

/**
 * For sources that are sorted by package and release: collects what they say of each vulnerability, and gives one record
 * for each when all is read. Holds all of a feed, which for distributions are some 100,000 small objects.
 */
export class RecordsById {
  private readonly records = new Map<string, { facts: RecordFacts; readonly affected: AffectedPackage[] }>();

  constructor(private readonly feed: string) {}

  /** Of facts that were stated before, the first statement stays. */
  add(id: string, affected: readonly AffectedPackage[], facts: RecordFacts = {}): void {
    const record = this.records.get(id);
    if (record === undefined) this.records.set(id, { facts, affected: [...affected] });
    else {
      record.facts = { ...facts, ...record.facts };
      record.affected.push(...affected);
    }
  }

  *advisories(): Generator<Advisory> {
    for (const [id, { facts, affected }] of this.records) {
      const none = { modified: undated, aliases: [], upstream: [], severities: [], references: [] };
      yield { ...none, ...facts, feed: this.feed, id, affected };
    }
  }
}
