import type { DestinationStream } from 'pino';

/** Turns pino's JSON into lines for people: `12:00:01 warn  job attempt failed  queue=scan attempt=1`. */
export function textLines(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(`${textOf(line)}\n`) };
}

function textOf(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line.trimEnd();
  const { time, level, msg, app: _app, ...fields } = Object.fromEntries(Object.entries(entry));
  const clock = String(time).slice(11, 19);
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  return [clock, String(level).padEnd(5), String(msg), ...rest].join(' ').trimEnd();
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+-]{1,200}$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
