export interface ReadingOptions {
  /** Where raw snapshots are kept. */
  readonly snapshotDirectory: string;
  /** A source that lost a greater share of its records at once is not believed. */
  readonly maxShrinkPercent: number;
}

export const READING_OPTIONS = Symbol('ReadingOptions');
