import type { Advisory } from '@tidewaiter/contracts';
import { mergeCopies } from '../copies';
import type { ReadAdvisory } from '../feed';

/** Where a record lies. */
export interface RecordDocument {
  readonly part: string;
  readonly id: string;
  readonly stamp: string | undefined;
}

export function stamped(advisory: Advisory, stamp: string | undefined): ReadAdvisory {
  return stamp === undefined ? advisory : { ...advisory, stamp };
}

/** Records that more than one part of a snapshot has: held back until all copies were read, and merged then. */
export class RepeatedRecords {
  private readonly documents = new Map<string, readonly RecordDocument[]>();
  private readonly held = new Map<string, { readonly part: string; readonly advisory: Advisory }[]>();

  static async among(documents: AsyncIterable<RecordDocument>): Promise<RepeatedRecords> {
    const repeated = new RepeatedRecords();
    const firsts = new Map<string, RecordDocument>();
    for await (const document of documents) {
      const { id } = document;
      const first = firsts.get(id);
      if (first === undefined) firsts.set(id, document);
      else repeated.documents.set(id, [...(repeated.documents.get(id) ?? [first]), document]);
    }
    return repeated;
  }

  ids(): Iterable<string> {
    return this.documents.keys();
  }

  has(id: string): boolean {
    return this.documents.has(id);
  }

  /** Of all copies together. */
  stampOf(id: string): string | undefined {
    const stamps = (this.documents.get(id) ?? []).map(({ part, stamp }) => stamp && `${part}:${stamp}`);
    return stamps.includes(undefined) ? undefined : stamps.join(' ');
  }

  hold(part: string, advisory: Advisory): void {
    const copies = this.held.get(advisory.id);
    if (copies === undefined) this.held.set(advisory.id, [{ part, advisory }]);
    else copies.push({ part, advisory });
  }

  /** A record of which not every copy could be read has no stamp: they are asked for again the next time. */
  *merged(): Generator<ReadAdvisory> {
    for (const [id, copies] of this.held) {
      const isWhole = copies.length === this.documents.get(id)?.length;
      yield stamped(mergeCopies(copies), isWhole ? this.stampOf(id) : undefined);
    }
  }
}
