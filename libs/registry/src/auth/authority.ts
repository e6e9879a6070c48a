import { OperationalError, UserError } from '@tidewaiter/kit';
import type { RegistryCredentials } from '../credentials';
import { TokenReply } from '../documents.schema';
import type { Endpoint } from '../endpoint';
import { failureOf, unauthorized, type Subject } from '../failures';
import { readBounded, retryAfterSeconds, sendWithRetry, type Answer, type HttpOptions } from '../http';
import { parseChallenge, type BearerChallenge, type Challenge } from './challenge';
import { usableSeconds } from './token-lifetime';

const maxTokenBytes = 256 * 1024;
const maxCachedTokens = 1_000;

/** Gives the Authorization header for a scope, and learns from 401 answers how the registry wants it. */
export interface Authority {
  /** Undefined until the registry has asked, and for a registry that never does. */
  header(scope: string | undefined, subject: Subject): Promise<string | undefined>;
  /** Answers a challenge with another header than the one that was refused. */
  reauthorize(
    challenged: Answer,
    refused: string | undefined,
    scope: string | undefined,
    subject: Subject,
  ): Promise<string>;
}

interface HeldToken {
  readonly value: string;
  readonly usableUntilMs: number;
}

export interface AuthorityInput {
  readonly endpoint: Endpoint;
  readonly credentials: RegistryCredentials;
  readonly http: HttpOptions;
}

export function createAuthority(input: AuthorityInput): Authority {
  const { endpoint, credentials } = input;
  let challenge: Challenge | undefined;
  let refresh: Promise<HeldToken> | undefined;
  const held = new Map<string, Promise<HeldToken>>();

  async function token(scope: string, bearer: BearerChallenge, subject: Subject): Promise<string> {
    const existing = await held.get(scope);
    if (existing !== undefined && existing.usableUntilMs > Date.now()) return existing.value;
    const asking = askForToken(scope, bearer, subject);
    // Callers that come meanwhile wait for the same token.
    held.set(scope, asking);
    if (held.size > maxCachedTokens) held.delete(held.keys().next().value ?? '');
    try {
      return (await asking).value;
    } catch (error) {
      held.delete(scope);
      throw error;
    }
  }

  async function askForToken(scope: string, bearer: BearerChallenge, subject: Subject): Promise<HeldToken> {
    const realm = realmOf(endpoint, bearer);
    const fields = tokenFields(bearer, scope);
    if (credentials.kind === 'entra') return askWithEntra(realm, bearer, fields, subject);
    if (credentials.kind === 'refresh-token') {
      return readToken(await postRefresh(realm, fields, credentials.token), subject);
    }
    const url = new URL(realm);
    for (const [key, value] of fields) url.searchParams.append(key, value);
    const headers: Record<string, string> =
      credentials.kind === 'basic' ? { Authorization: basicHeader(credentials) } : {};
    return readToken(await sendWithRetry(input.http, { method: 'GET', url, headers }), subject);
  }

  /** The refresh token may have been revoked since we got it: one new exchange, then the answer stands. */
  async function askWithEntra(
    realm: URL,
    bearer: BearerChallenge,
    fields: URLSearchParams,
    subject: Subject,
  ): Promise<HeldToken> {
    const reused = await refresh;
    const isReusable = reused !== undefined && reused.usableUntilMs > Date.now();
    const first = isReusable ? reused : await exchangeAnew(realm, bearer, subject);
    const answer = await postRefresh(realm, fields, first.value);
    if (answer.status !== 401 || !isReusable) return readToken(answer, subject);
    await answer.discard();
    const fresh = await exchangeAnew(realm, bearer, subject);
    return readToken(await postRefresh(realm, fields, fresh.value), subject);
  }

  async function exchangeAnew(realm: URL, bearer: BearerChallenge, subject: Subject): Promise<HeldToken> {
    refresh = exchange(realm, bearer, subject);
    try {
      return await refresh;
    } catch (error) {
      refresh = undefined;
      throw error;
    }
  }

  async function exchange(realm: URL, bearer: BearerChallenge, subject: Subject): Promise<HeldToken> {
    if (credentials.kind !== 'entra') throw unauthorized(subject);
    const form = new URLSearchParams({
      grant_type: 'access_token',
      service: bearer.service ?? endpoint.host,
      access_token: await credentials.credential.getToken(),
      ...(credentials.tenant === undefined ? {} : { tenant: credentials.tenant }),
    });
    const answer = await postForm(new URL('/oauth2/exchange', realm), form);
    const reply = await readReply(answer, subject);
    if (reply.refresh_token === undefined) throw noToken(subject);
    return hold(reply.refresh_token, reply.expires_in);
  }

  function postRefresh(realm: URL, fields: URLSearchParams, refreshToken: string): Promise<Answer> {
    const form = new URLSearchParams(fields);
    form.set('grant_type', 'refresh_token');
    form.set('refresh_token', refreshToken);
    form.set('client_id', 'tidewaiter');
    return postForm(realm, form);
  }

  function postForm(url: URL, form: URLSearchParams): Promise<Answer> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return sendWithRetry(input.http, { method: 'POST', url, headers, body: form.toString() });
  }

  async function answerChallenge(scope: string | undefined, subject: Subject): Promise<string | undefined> {
    if (challenge === undefined) return undefined;
    if (challenge.scheme === 'bearer') return `Bearer ${await token(scope ?? '', challenge, subject)}`;
    if (credentials.kind !== 'basic') throw unauthorized(subject);
    return basicHeader(credentials);
  }

  return {
    header: answerChallenge,
    async reauthorize(challenged, refused, scope, subject) {
      const next = parseChallenge(challenged.headers.get('www-authenticate'));
      await challenged.discard();
      if (next === undefined) throw unauthorized(subject);
      challenge = next;
      // Another call may have got a new token meanwhile; only the refused one is dropped.
      const current = await held.get(scope ?? '');
      if (current !== undefined && refused === `Bearer ${current.value}`) held.delete(scope ?? '');
      const header = await answerChallenge(scope, subject);
      if (header === undefined) throw unauthorized(subject);
      return header;
    },
  };
}

/** The token endpoint gets our credentials, so it must be an address the operator planned. */
function realmOf(endpoint: Endpoint, bearer: BearerChallenge): URL {
  if (!URL.canParse(bearer.realm)) {
    throw new OperationalError(
      'registry-challenge-invalid',
      `Registry ${endpoint.host} names no usable token endpoint.`,
    );
  }
  const realm = new URL(bearer.realm);
  endpoint.assertAllowed(realm, 'token');
  return realm;
}

function tokenFields(bearer: BearerChallenge, scope: string): URLSearchParams {
  const fields = new URLSearchParams();
  if (bearer.service !== undefined) fields.set('service', bearer.service);
  // Our own scope and not the challenge's: a registry must not talk us into a stronger token than the call needs.
  if (scope !== '') fields.set('scope', scope);
  return fields;
}

async function readToken(answer: Answer, subject: Subject): Promise<HeldToken> {
  const reply = await readReply(answer, subject);
  const value = reply.access_token ?? reply.token;
  if (value === undefined || value === '') throw noToken(subject);
  return hold(value, reply.expires_in);
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
  } catch (error) {
    // The body holds a secret, so neither it nor the parser's words about it go on.
    throw noToken(subject, error instanceof SyntaxError ? 'not JSON' : 'not a token reply');
  }
}

function noToken(subject: Subject, why = 'no token in it'): OperationalError {
  return new OperationalError(
    'registry-token-invalid',
    `The token endpoint of ${subject.host} gave an unusable answer: ${why}.`,
  );
}

function hold(value: string, statedSeconds: number | undefined): HeldToken {
  return { value, usableUntilMs: Date.now() + usableSeconds(value, statedSeconds) * 1000 };
}

function basicHeader(credentials: RegistryCredentials & { kind: 'basic' }): string {
  if (credentials.username.includes(':')) {
    throw new UserError('registry-credentials-invalid', 'A registry user name cannot contain a colon.');
  }
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}
