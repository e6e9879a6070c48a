import type { Advisory } from '@tidewaiter/contracts';
import { hasShrunk, isRelease } from './shrink';
import { isSilenceSuspect } from './silenced';

/** A record that says nothing any more of what it spoke of. */
export interface HeldRecord<Row> {
  readonly row: Row;
  /** Of which it spoke. */
  readonly ecosystems: readonly string[];
  /** It speaks of no package at all, and is not withdrawn. */
  readonly isEmpty: boolean;
}

/**
 * Records that wait until all is read, since only then it is known whether they are what a publisher takes back, or the whole feed has
 * another shape. When they are too many for anything else, they are told apart by their ids alone: a feed may have 200,000.
 */
export class HeldRecords<Row> {
  private readonly held = new Map<string, Omit<HeldRecord<Row>, 'row'> & { readonly row: Row | undefined }>();
  /** Of these it does not matter which releases ended. */
  private certain = 0;
  private isRefusalCertain = false;

  /** `before`: records there were. */
  constructor(private readonly guard: { readonly before: number; readonly maxShrinkPercent: number }) {}

  get ids(): readonly string[] {
    return [...this.held.keys()];
  }

  hold(id: string, { row, ecosystems, isEmpty }: HeldRecord<Row>): void {
    if (isCertain({ ecosystems, isEmpty })) this.certain += 1;
    this.held.set(id, { row: this.isRefusalCertain ? undefined : row, ecosystems, isEmpty });
    const { before, maxShrinkPercent } = this.guard;
    if (this.isRefusalCertain || !isSilenceSuspect(this.certain)) return;
    // Fewer than all of them spoke of packages.
    if (!hasShrunk({ before, now: before - this.certain, maxShrinkPercent })) return;
    this.isRefusalCertain = true;
    for (const [each, record] of this.held) this.held.set(each, { ...record, row: undefined });
  }

  rowOf(id: string): Row | undefined {
    return this.held.get(id)?.row;
  }

  drop(id: string): void {
    const record = this.held.get(id);
    if (record === undefined) return;
    if (isCertain(record)) this.certain -= 1;
    this.held.delete(id);
  }

  /** They are believed. */
  rows(): readonly Row[] {
    return [...this.held.values()].flatMap(({ row }) => row ?? []);
  }

  /** How many are missed. `ended`: releases whose last word stays. */
  missed(ended: ReadonlySet<string>): number {
    let missed = 0;
    for (const { ecosystems, isEmpty } of this.held.values()) {
      if (!isEmpty || !ecosystems.every((each) => ended.has(each))) missed += 1;
    }
    return missed;
  }
}

/** It spoke of more than a release, which may have ended. */
function isCertain({ ecosystems, isEmpty }: Omit<HeldRecord<unknown>, 'row'>): boolean {
  return !(isEmpty && ecosystems.every(isRelease));
}

export function isEmptyRecord({ withdrawn, affected }: Pick<Advisory, 'withdrawn' | 'affected'>): boolean {
  return withdrawn === undefined && affected.length === 0;
}
