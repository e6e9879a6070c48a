import { OperationalError } from '@tidewaiter/kit';
import { TokenReply } from '../documents.schema';
import { failureOf, type Subject } from '../failures';
import { readBounded, retryAfterSeconds, sendWithRetry, type Answer, type HttpOptions } from '../http';
import { usableSeconds } from './token-lifetime';

const maxTokenBytes = 256 * 1024;

export interface HeldToken {
  readonly value: string;
  readonly usableUntilMs: number;
}

export function postForm(http: HttpOptions, url: URL, form: URLSearchParams): Promise<Answer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return sendWithRetry(http, { method: 'POST', url, headers, body: form.toString() });
}

/** An access token for a refresh token: https://distribution.github.io/distribution/spec/auth/oauth/ */
export function postRefreshToken(
  http: HttpOptions,
  realm: URL,
  fields: URLSearchParams,
  refreshToken: string,
): Promise<Answer> {
  const form = new URLSearchParams(fields);
  form.set('grant_type', 'refresh_token');
  form.set('refresh_token', refreshToken);
  form.set('client_id', 'tidewaiter');
  return postForm(http, realm, form);
}

export async function readAccessToken(answer: Answer, subject: Subject): Promise<HeldToken> {
  const reply = await readReply(answer, subject);
  return hold(reply.access_token ?? reply.token, reply.expires_in, subject);
}

export async function readRefreshToken(answer: Answer, subject: Subject): Promise<HeldToken> {
  const reply = await readReply(answer, subject);
  return hold(reply.refresh_token, reply.expires_in, subject);
}

export function isUsable(token: HeldToken | undefined): token is HeldToken {
  return token !== undefined && token.usableUntilMs > Date.now();
}

async function readReply(answer: Answer, subject: Subject): Promise<TokenReply> {
  const text = Buffer.from(await readBounded(answer, maxTokenBytes, 'a token')).toString('utf8');
  if (answer.status !== 200) {
    throw failureOf(
      { ...subject, what: `a token for ${subject.what}`, whenMissing: 'registry-api-missing' },
      { status: answer.status, retryAfterSeconds: retryAfterSeconds(answer.headers), body: text },
    );
  }
  try {
    return TokenReply.parse(JSON.parse(text));
  } catch {
    // The body holds a secret, so neither it nor the parser's words about it go on.
    throw unusable(subject, 'not a token reply');
  }
}

function hold(value: string | undefined, statedSeconds: number | undefined, subject: Subject): HeldToken {
  if (value === undefined || value === '') throw unusable(subject, 'no token in it');
  return { value, usableUntilMs: Date.now() + usableSeconds(value, statedSeconds) * 1000 };
}

function unusable(subject: Subject, why: string): OperationalError {
  return new OperationalError(
    'registry-token-invalid',
    `The token endpoint of ${subject.host} gave an unusable answer: ${why}.`,
  );
}
