const clocksDifferMs = 24 * 3_600_000;

export interface Change {
  readonly id: string;
  readonly time: string;
}

/** `2024-11-26T10:00:00Z,GHSA-...`, newest first. Ids are names of files, and nothing else is asked for. */
export function readChanges(csv: string): readonly Change[] {
  return [...csv.matchAll(/^([0-9T:.Z+-]{10,40}),([A-Za-z0-9][\w:.+-]{0,255})\s*$/gm)]
    .map(([, time = '', id = '']) => ({ id, time }))
    .filter(({ time }) => !Number.isNaN(Date.parse(time)));
}

/** One change of a time that is yet to come would hide all others from then on; clocks differ by less. */
export function newestOf(changes: readonly Change[]): Change | undefined {
  const latestMs = Date.now() + clocksDifferMs;
  return changes.find(({ time }) => Date.parse(time) <= latestMs) ?? changes[0];
}

export function changesSince(changes: readonly Change[], sinceMs: number): readonly Change[] {
  const end = changes.findIndex(({ time }) => Date.parse(time) < sinceMs);
  return end === -1 ? changes : changes.slice(0, end);
}
