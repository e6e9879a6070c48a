import type { Assessability } from '@tidewaiter/contracts';
import type { ReadProgress } from '@tidewaiter/engine';

/** `1 finding`, `2 findings`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The largest unit that fits, for ages of minutes to years. */
export function ageText(ageMs: number): string {
  const minutes = Math.max(0, Math.floor(ageMs / 60_000));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return counted(hours, 'hour');
  return counted(Math.floor(hours / 24), 'day');
}

/** `97 % of 312 executables accounted for`; nothing where nothing can run. */
export function assessabilityWords({ score, owned, recognised, unknown }: Assessability): readonly string[] {
  if (score === null) return [];
  return [`${Math.floor(score * 100)} % of ${counted(owned + recognised + unknown, 'executable')} accounted for`];
}

/** `2 of 5 layers, 31 of 120 MB`. */
export function progressWords({ done, layers, doneBytes, bytes }: Omit<ReadProgress, 'image'>): string {
  const megabytes = (count: number): string => (count / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
  return `${done} of ${counted(layers, 'layer')}, ${megabytes(doneBytes)} of ${megabytes(bytes)} MB`;
}
