import { UserError } from '@tidewaiter/kit';
import type { z } from 'zod';

export interface RequestIssue {
  readonly in: 'path' | 'query' | 'body';
  /** Dotted path of the value, empty for the whole. */
  readonly name: string;
  readonly message: string;
}

/** A request that does not fit its route's schemas. The problem document lists every issue, not only the first. */
export class InvalidRequestError extends UserError {
  constructor(readonly issues: readonly RequestIssue[]) {
    super('request-invalid', `the request does not fit: ${issues.map(issueText).join('; ')}`);
  }
}

export function issuesOf(error: z.ZodError, location: RequestIssue['in']): readonly RequestIssue[] {
  return error.issues.map((issue) => ({ in: location, name: issue.path.join('.'), message: issue.message }));
}

/** PostgreSQL keeps no text with such a character, so nothing that is asked for has one. */
export function nulIssuesOf(value: unknown, location: RequestIssue['in']): readonly RequestIssue[] {
  const issues: RequestIssue[] = [];
  const open: (readonly [path: readonly string[], value: unknown])[] = [[[], value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, found] = next;
    if (typeof found === 'string' && found.includes('\0'))
      issues.push({ in: location, name: path.join('.'), message: 'must not contain the character U+0000' });
    else if (typeof found === 'object' && found !== null)
      for (const [key, inner] of Object.entries(found)) open.push([[...path, key], inner]);
  }
  return issues;
}

function issueText({ in: location, name, message }: RequestIssue): string {
  return `${location}${name === '' ? '' : ` ${name}`}: ${message}`;
}
