import { OperationalError, UserError } from '@tidewaiter/kit';
import type { RegistryCredentials } from '../credentials';
import type { Subject } from '../failures';
import type { HttpOptions } from '../http';
import {
  isUsable,
  postForm,
  postRefreshToken,
  readAccessToken,
  readRefreshToken,
  type HeldToken,
} from './token-endpoint';

export interface EntraExchange {
  accessToken(realm: URL, fields: URLSearchParams, subject: Subject): Promise<HeldToken>;
}

/**
 * ACR's way from an Entra token to an access token, by a refresh token that is kept as long as it lives.
 * https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export function createEntraExchange(
  http: HttpOptions,
  credentials: RegistryCredentials & { kind: 'entra' },
): EntraExchange {
  const { credential, tenant } = credentials;
  let refresh: Promise<HeldToken> | undefined;
  /** The one the registry took last is tried first. */
  let audiences = credential.audiences;

  async function exchange(realm: URL, service: string, subject: Subject): Promise<HeldToken> {
    let failure: unknown;
    for (const wanted of audiences) {
      try {
        const token = await exchangeFor(wanted, realm, service, subject);
        audiences = [wanted, ...audiences.filter((other) => other !== wanted)];
        return token;
      } catch (error) {
        // What the first one was refused for is the reason to tell; the others are for registries of another age.
        failure ??= error;
        if (!isAboutAudience(error)) throw failure;
      }
    }
    throw failure;
  }

  async function exchangeFor(wanted: string, realm: URL, service: string, subject: Subject): Promise<HeldToken> {
    const form = new URLSearchParams({
      grant_type: 'access_token',
      service,
      access_token: await credential.getToken(wanted),
      ...(tenant === undefined ? {} : { tenant }),
    });
    return readRefreshToken(await postForm(http, new URL('/oauth2/exchange', realm), form), subject);
  }

  /** Callers that come meanwhile wait for the same exchange; one that failed is not kept. */
  async function exchangeAnew(realm: URL, service: string, subject: Subject): Promise<HeldToken> {
    const exchanging = exchange(realm, service, subject);
    refresh = exchanging;
    try {
      return await exchanging;
    } catch (error) {
      if (refresh === exchanging) refresh = undefined;
      throw error;
    }
  }

  return {
    async accessToken(realm, fields, subject) {
      const service = fields.get('service') ?? realm.host;
      const kept = await refresh;
      if (isUsable(kept)) {
        const answer = await postRefreshToken(http, realm, fields, kept.value);
        if (answer.status !== 401) return readAccessToken(answer, subject);
        // It may have been revoked since: one new exchange, then the answer stands.
        await answer.discard();
      }
      const fresh = await exchangeAnew(realm, service, subject);
      return readAccessToken(await postRefreshToken(http, realm, fields, fresh.value), subject);
    },
  };
}

/** Whether a token for another audience may fare better. */
function isAboutAudience(error: unknown): boolean {
  return (
    (error instanceof OperationalError && error.code === 'entra-audience-unknown') ||
    (error instanceof UserError && error.code === 'registry-unauthorized')
  );
}
