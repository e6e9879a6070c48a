import type { IncomingMessage } from 'node:http';
import { jsonReply, readForm, type Reply } from '../http';
import { verifiedClaims } from './json-web-token';
import type { EntraApplication, EntraEmulatorOptions } from './options';

/** Gives a token of this subject for this audience; undefined when the tenant has no such audience. */
export type IssueToken = (subject: string, clientId: string, audience: string) => IssuedToken | undefined;

export interface IssuedToken {
  readonly token: string;
  readonly lifetimeSeconds: number;
}

/** `https://host:port` of the authority, known once it listens. */
type Origin = () => string;

/** Refusals as Entra words them: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
class EntraRefusal extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The part of Microsoft Entra ID that signs in services: discovery and the client credentials grant. */
export async function answerAuthority(
  options: EntraEmulatorOptions,
  { issue, origin }: { readonly issue: IssueToken; readonly origin: Origin },
  request: IncomingMessage,
): Promise<Reply> {
  const url = new URL(request.url ?? '/', origin());
  const [tenant = '', ...rest] = url.pathname.split('/').slice(1);
  const path = rest.join('/');
  try {
    if (url.pathname === '/common/discovery/instance') return instanceDiscovery(options, origin());
    if (tenant !== options.tenantId) throw unknownTenant(tenant);
    if (request.method === 'GET' && path === 'v2.0/.well-known/openid-configuration') {
      return openIdConfiguration(options, origin());
    }
    if (request.method === 'POST' && path === 'oauth2/v2.0/token') {
      return grantToken(options, issue, origin(), await readForm(request));
    }
    return { status: 404 };
  } catch (error) {
    if (error instanceof EntraRefusal) return refusalReply(error);
    throw error;
  }
}

function grantToken(options: EntraEmulatorOptions, issue: IssueToken, origin: string, form: URLSearchParams): Reply {
  if (form.get('grant_type') !== 'client_credentials') {
    throw new EntraRefusal(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.');
  }
  const clientId = form.get('client_id') ?? '';
  const application = (options.applications ?? []).find((one) => one.clientId === clientId);
  if (application === undefined) {
    const where = `Application with identifier '${clientId}' was not found in the directory '${options.tenantId}'.`;
    throw new EntraRefusal(400, 'unauthorized_client', 700016, where);
  }
  assertProven(application, form, `${origin}/${options.tenantId}/oauth2/v2.0/token`);
  const scope = (form.get('scope') ?? '').split(' ').find((part) => part.endsWith('/.default')) ?? '';
  const audience = scope.slice(0, -'/.default'.length);
  const issued = issue(application.subject, clientId, audience);
  if (issued === undefined) {
    const message = `The resource principal named ${audience} was not found in the tenant named ${options.tenantId}.`;
    throw new EntraRefusal(400, 'invalid_resource', 500011, message);
  }
  const { token, lifetimeSeconds } = issued;
  const lifetime = { expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds };
  return jsonReply(200, { token_type: 'Bearer', ...lifetime, access_token: token });
}

/** By secret, by a certificate's signature, or by a token of an issuer the application is federated with. */
function assertProven(application: EntraApplication, form: URLSearchParams, tokenEndpoint: string): void {
  const secret = form.get('client_secret');
  if (secret !== null) {
    if ((application.secrets ?? []).includes(secret)) return;
    throw new EntraRefusal(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  }
  const assertion = form.get('client_assertion');
  if (assertion === null || form.get('client_assertion_type') !== assertionType) {
    throw new EntraRefusal(
      401,
      'invalid_client',
      7000218,
      'The request body must contain a client secret or assertion.',
    );
  }
  const isByCertificate = (application.certificates ?? []).some((certificate) => {
    const claims = verifiedClaims(assertion, certificate);
    return claims?.iss === application.clientId && claims.sub === application.clientId && claims.aud === tokenEndpoint;
  });
  if (isByCertificate || isFederated(application, assertion)) return;
  throw (application.federatedCredentials ?? []).length > 0
    ? new EntraRefusal(401, 'invalid_client', 700213, 'No matching federated identity record found for the assertion.')
    : new EntraRefusal(401, 'invalid_client', 700027, 'The certificate used to sign the assertion is not registered.');
}

function isFederated(application: EntraApplication, assertion: string): boolean {
  return (application.federatedCredentials ?? []).some(({ issuer, subject, publicKey, audience }) => {
    const claims = verifiedClaims(assertion, publicKey);
    return (
      claims?.iss === issuer && claims.sub === subject && claims.aud === (audience ?? 'api://AzureADTokenExchange')
    );
  });
}

function openIdConfiguration({ tenantId }: EntraEmulatorOptions, origin: string): Reply {
  const base = `${origin}/${tenantId}`;
  return jsonReply(200, {
    issuer: `${base}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code'],
  });
}

function instanceDiscovery({ tenantId }: EntraEmulatorOptions, origin: string): Reply {
  const { host } = new URL(origin);
  return jsonReply(200, {
    tenant_discovery_endpoint: `${origin}/${tenantId}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}

function unknownTenant(tenant: string): EntraRefusal {
  return new EntraRefusal(400, 'invalid_tenant', 90002, `Tenant '${tenant}' not found.`);
}

function refusalReply({ status, error, code, message }: EntraRefusal): Reply {
  return jsonReply(status, { error, error_description: `AADSTS${code}: ${message}`, error_codes: [code] });
}
