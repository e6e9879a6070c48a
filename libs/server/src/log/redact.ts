import type { LogFields } from '@tidewaiter/kit';

const secretKey = /pass(word|wd)?$|secret|token|authorization|cookie|credential|api-?key|webhook-?url|private-?key/i;
/** The user and password of a URL, wherever one is quoted in a text. */
const urlUserInfo = /([a-z][a-z0-9+.-]{1,20}:\/\/)[^/\s@]{1,500}@/gi;
const removed = '[removed]';
const maxDepth = 6;
const maxTextLength = 4_000;
const maxMembers = 100;

/** What may be written down of the fields: without secrets, bounded, errors spelt out. */
export function redact(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactNamed(name, value, 1)]));
}

function redactNamed(name: string, value: unknown, depth: number): unknown {
  const isSecret = secretKey.test(name) && value !== undefined && value !== null && typeof value !== 'boolean';
  return isSecret ? removed : redactValue(value, depth);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (depth >= maxDepth) return '[deeper]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, maxMembers).map((member) => redactValue(member, depth + 1));
  const members = Object.entries(value).slice(0, maxMembers);
  return Object.fromEntries(members.map(([name, member]) => [name, redactNamed(name, member, depth + 1)]));
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? { code: redactValue(error.code, maxDepth) } : {};
  const cause = error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) };
  return {
    name: error.name,
    ...code,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...cause,
  };
}

function redactText(text: string): string {
  return text.slice(0, maxTextLength).replace(urlUserInfo, `$1${removed}@`);
}
