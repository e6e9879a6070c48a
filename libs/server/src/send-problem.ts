import type { FastifyReply } from 'fastify';
import type { RequestIssue } from './openapi/invalid-request';

/** What is answered when something is wrong: https://www.rfc-editor.org/rfc/rfc9457 */
export interface HttpProblem {
  readonly status: number;
  /** Stable kebab-case name. */
  readonly code: string;
  /** The same for every problem of this code. */
  readonly title: string;
  /** What, where and what to do, this time. */
  readonly detail?: string;
  readonly issues?: readonly RequestIssue[];
  readonly retryAfterSeconds?: number;
}

export function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const { status, code, title, detail, issues, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  return reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        type: `urn:tidewaiter:problem:${code}`,
        title,
        status,
        detail,
        code,
        issues,
        // What to quote when asking for help: the log has it too.
        requestId: reply.request.id,
      }),
    );
}
