export interface ReadingOptions {
  /** Where raw snapshots are kept. */
  readonly snapshotDirectory: string;
  /** A source that lost a greater share of its records at once is not believed. */
  readonly maxShrinkPercent: number;
  /** For a server that has stopped sending; a minute when left out. */
  readonly stallMs?: number;
}

export const READING_OPTIONS = Symbol('ReadingOptions');

/** How a source is asked. */
export function feedIoOptions(source: string, { snapshotDirectory, stallMs }: ReadingOptions) {
  return { source, directory: snapshotDirectory, ...(stallMs === undefined ? {} : { stallMs }) };
}
