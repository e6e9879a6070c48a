import { OperationalError, UserError } from '@tidewaiter/kit';
import type { RegistryCredentials } from '../credentials';
import type { Endpoint } from '../endpoint';
import { unauthorized, type Subject } from '../failures';
import { sendWithRetry, type Answer, type HttpOptions } from '../http';
import { parseChallenge, type BearerChallenge, type Challenge } from './challenge';
import { createEntraExchange } from './entra-exchange';
import { isUsable, postRefreshToken, readAccessToken, type HeldToken } from './token-endpoint';

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

export interface AuthorityInput {
  readonly endpoint: Endpoint;
  readonly credentials: RegistryCredentials;
  readonly http: HttpOptions;
}

export function createAuthority(input: AuthorityInput): Authority {
  const { credentials } = input;
  const askForToken = tokenSource(input);
  const held = new Map<string, Promise<HeldToken>>();
  let challenge: Challenge | undefined;

  async function token(scope: string, bearer: BearerChallenge, subject: Subject): Promise<string> {
    const existing = await held.get(scope);
    if (isUsable(existing)) return existing.value;
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

  async function header(scope: string | undefined, subject: Subject): Promise<string | undefined> {
    if (challenge === undefined) return undefined;
    if (challenge.scheme === 'bearer') return `Bearer ${await token(scope ?? '', challenge, subject)}`;
    if (credentials.kind !== 'basic') throw unauthorized(subject);
    return basicHeader(credentials);
  }

  return {
    header,
    async reauthorize(challenged, refused, scope, subject) {
      const next = parseChallenge(challenged.headers.get('www-authenticate'));
      await challenged.discard();
      if (next === undefined) throw unauthorized(subject);
      challenge = next;
      // Another call may have got a new token meanwhile; only the refused one is dropped.
      const current = await held.get(scope ?? '');
      if (current !== undefined && refused === `Bearer ${current.value}`) held.delete(scope ?? '');
      const renewed = await header(scope, subject);
      if (renewed === undefined) throw unauthorized(subject);
      return renewed;
    },
  };
}

type TokenSource = (scope: string, bearer: BearerChallenge, subject: Subject) => Promise<HeldToken>;

/** How a token is got with the credentials we have. */
function tokenSource({ endpoint, credentials, http }: AuthorityInput): TokenSource {
  const exchange = credentials.kind === 'entra' ? createEntraExchange(http, credentials) : undefined;
  return async (scope, bearer, subject) => {
    const realm = realmOf(endpoint, bearer);
    const fields = tokenFields(bearer, scope);
    if (exchange !== undefined) return exchange.accessToken(realm, fields, subject);
    if (credentials.kind === 'refresh-token') {
      return readAccessToken(await postRefreshToken(http, realm, fields, credentials.token), subject);
    }
    const url = new URL(realm);
    for (const [key, value] of fields) url.searchParams.append(key, value);
    const headers: Record<string, string> =
      credentials.kind === 'basic' ? { Authorization: basicHeader(credentials) } : {};
    return readAccessToken(await sendWithRetry(http, { method: 'GET', url, headers }), subject);
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

function basicHeader(credentials: RegistryCredentials & { kind: 'basic' }): string {
  if (credentials.username.includes(':')) {
    throw new UserError('registry-credentials-invalid', 'A registry user name cannot contain a colon.');
  }
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}
