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

function issueText({ in: location, name, message }: RequestIssue): string {
  return `${location}${name === '' ? '' : ` ${name}`}: ${message}`;
}
