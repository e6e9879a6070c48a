import { OperationalError, UserError } from '@tidewaiter/kit';
import { ErrorBody } from './documents.schema';

/** What a call is about, for messages and for the meaning of 404. */
export interface Subject {
  /** `manifest team/api:1.2`, `tags of team/api`. */
  readonly what: string;
  readonly host: string;
  readonly whenMissing: 'manifest-unknown' | 'blob-unknown' | 'repository-unknown' | 'registry-api-missing';
}

interface Refusal {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  /** Start of the body, when there was one. */
  readonly body: string;
}

/** The error behind a status that ends a call. */
export function failureOf(subject: Subject, refusal: Refusal): UserError | OperationalError {
  const { status, retryAfterSeconds } = refusal;
  const stated = readError(refusal.body);
  const said = stated === undefined ? '' : ` (${stated.code}${stated.message === '' ? '' : `: ${stated.message}`})`;
  const where = `${subject.what} at ${subject.host}`;
  const fields = { status, host: subject.host, registryCode: stated?.code ?? null };
  if (status === 401) return unauthorized(subject, said);
  if (status === 403) {
    return new UserError(
      'registry-denied',
      `Access to ${where} is denied${said}; the credentials lack the permission, or the registry's network rules refuse this address.`,
      { fields },
    );
  }
  if (status === 404 || isApiMissing(subject, status)) {
    const code = stated?.code === 'NAME_UNKNOWN' ? 'repository-unknown' : subject.whenMissing;
    return new UserError(code, `There is no ${where.replace(/^(?:the|a) /, '')}${said}.`, { fields });
  }
  // The answer to HEAD has no body to say it in.
  if (status === 405) {
    return new UserError(
      'registry-disallowed',
      `${where} is locked or in quarantine${said}; its attributes say which, and the quarantine is open to the role AcrQuarantineReader.`,
      { fields },
    );
  }
  const detail = { fields, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  if (status === 429) {
    return new OperationalError(
      'registry-throttled',
      `Registry ${subject.host} asks for fewer requests${said}; try later.`,
      detail,
    );
  }
  if (status >= 500) {
    return new OperationalError(
      'registry-unavailable',
      `Registry ${subject.host} answered ${status} for ${subject.what}${said}.`,
      detail,
    );
  }
  return new OperationalError(
    'registry-refused',
    `Registry ${subject.host} answered ${status} for ${subject.what}${said}.`,
    detail,
  );
}

/** A registry without an API says so in one of these ways, too. */
function isApiMissing({ whenMissing }: Subject, status: number): boolean {
  return whenMissing === 'registry-api-missing' && (status === 405 || status === 501);
}

export function unauthorized(subject: Subject, said = ''): UserError {
  return new UserError(
    'registry-unauthorized',
    `Registry ${subject.host} does not accept our credentials for ${subject.what}${said}; check user name, password or identity and its role.`,
    { fields: { host: subject.host } },
  );
}

function readError(body: string): { readonly code: string; readonly message: string } | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  const parsed = ErrorBody.safeParse(parseJson(body));
  const first = parsed.success ? parsed.data.errors[0] : undefined;
  // What a registry says goes into messages people read: one short line of it.
  return first === undefined
    ? undefined
    : { code: oneLine(first.code, 60), message: oneLine(first.message ?? '', 200) };
}

function oneLine(text: string, maxLength: number): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, maxLength);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An error page that only looks like JSON says nothing more than its status.
    return undefined;
  }
}
