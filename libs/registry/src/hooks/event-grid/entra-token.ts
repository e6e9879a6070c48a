import type { Problem } from '@tidewaiter/contracts';
import { messageOf, OperationalError } from '@tidewaiter/kit';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';

/** Event Grid's own application in the public cloud; others have another. */
const publicEventGridApp = '4962773b-9cdb-44cf-a8bf-237846a00ab7';
/** The role by which a tenant allows to send to an application. */
const senderRole = 'AzureEventGridSecureWebhookSubscriber';

export interface EntraTrust {
  readonly tenantId: string;
  /** Id or address of the application that stands for this receiver. */
  readonly audience: string;
  /** Where the tenant's keys are; Microsoft's public cloud when left out. */
  readonly jwksUrl?: string | undefined;
  /** Who may have issued the token; the tenant in the public cloud when left out. */
  readonly issuer?: string | undefined;
  readonly eventGridAppId?: string | undefined;
}

/**
 * Checks the token with which Event Grid delivers to a protected endpoint: signature, issuer, audience, time, and that it is
 * Event Grid's or has its role. Keys are fetched at the first token and again when one is signed with a key that is new.
 * https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
 */
export function createTokenCheck(trust: EntraTrust): (token: string) => Promise<Problem | undefined> {
  const { tenantId, audience, eventGridAppId = publicEventGridApp } = trust;
  const keys = createRemoteJWKSet(
    new URL(trust.jwksUrl ?? `https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`),
    { timeoutDuration: 5_000 },
  );
  const issuer = trust.issuer ?? [
    `https://sts.windows.net/${tenantId}/`,
    `https://login.microsoftonline.com/${tenantId}/v2.0`,
  ];
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: typeof issuer === 'string' ? issuer : [...issuer],
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp'],
        clockTolerance: 60,
      });
      return isEventGrid(payload, eventGridAppId) ? undefined : refusal('it is neither of Event Grid nor has its role');
    } catch (error) {
      if (isAboutToken(error)) return refusal(messageOf(error));
      throw new OperationalError(
        'entra-keys-unavailable',
        `The keys of the tenant ${tenantId} cannot be read: ${messageOf(error)}`,
        { cause: error, retryAfterSeconds: 10 },
      );
    }
  };
}

/** An error that says the token is bad, unlike one that says the keys could not be had. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    // The key set itself, or an answer that is none.
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}

function isEventGrid({ appid, azp, roles }: JWTPayload, eventGridAppId: string): boolean {
  // Tokens of version 1 say appid, those of version 2 azp.
  return (appid ?? azp) === eventGridAppId || (Array.isArray(roles) && roles.includes(senderRole));
}

function refusal(reason: string): Problem {
  return { code: 'webhook-token-wrong', message: `the token of Microsoft Entra is not accepted: ${reason}` };
}
