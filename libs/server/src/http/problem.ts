import { OperationalError, UserError } from '@tidewaiter/kit';
import { InvalidRequestError } from '../openapi/invalid-request';
import type { HttpProblem } from '../send-problem';
import { statusOfUserError } from './user-error-status';

/** What the outside is told of an error. Of a bug: that there was one, and nothing of what is inside. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof InvalidRequestError) return { ...userProblem(error), issues: error.issues };
  if (error instanceof UserError) return userProblem(error);
  if (error instanceof OperationalError) {
    const { code, message, retryAfterSeconds = 5 } = error;
    return { status: 503, code, title: titleOf(code), detail: message, retryAfterSeconds };
  }
  return frameworkProblem(error) ?? bug;
}

const bug: HttpProblem = {
  status: 500,
  code: 'unexpected',
  title: 'Unexpected error',
  detail: 'Something here is broken. It has been written to the log with the id of this request.',
};

function userProblem(error: UserError): HttpProblem {
  return { status: statusOfUserError(error.code), code: error.code, title: titleOf(error.code), detail: error.message };
}

/** What Nest and Fastify refuse before any of our code runs, by status. Their own words may tell of the inside. */
const refusals: Readonly<Record<number, { readonly code: string; readonly detail: string }>> = {
  400: { code: 'request-malformed', detail: 'The request cannot be read: its body is not what its content-type says.' },
  404: { code: 'route-not-found', detail: 'There is nothing at this address. /openapi.json lists what there is.' },
  405: { code: 'method-not-allowed', detail: 'This address does not answer to this method.' },
  408: { code: 'request-timeout', detail: 'The request took too long to arrive.' },
  413: { code: 'body-too-large', detail: 'The body of the request is larger than this address accepts.' },
  414: { code: 'address-too-long', detail: 'The address is too long.' },
  415: { code: 'media-type-unsupported', detail: 'This address does not accept this content-type.' },
  429: { code: 'too-many-requests', detail: 'Too many requests. Try again later.' },
  431: { code: 'headers-too-large', detail: 'The headers of the request are too large.' },
  503: { code: 'stopping', detail: 'This process is stopping. Try again.' },
};

function frameworkProblem(error: unknown): HttpProblem | undefined {
  const status = statusIn(error);
  const refusal = status === undefined ? undefined : (refusals[status] ?? (status < 500 ? refusals[400] : undefined));
  if (status === undefined || refusal === undefined) return undefined;
  return { status, ...refusal, title: titleOf(refusal.code), ...(status === 503 ? { retryAfterSeconds: 5 } : {}) };
}

/** Nest's HttpException has getStatus(), Fastify's errors have statusCode. */
function statusIn(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status: unknown =
    'getStatus' in error && typeof error.getStatus === 'function'
      ? Reflect.apply(error.getStatus, error, [])
      : 'statusCode' in error
        ? error.statusCode
        : undefined;
  return typeof status === 'number' && status >= 400 ? status : undefined;
}

/** `image-not-found` is "Image not found". */
function titleOf(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
}
