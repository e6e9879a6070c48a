import type { IncomingMessage } from 'node:http';
import { RegistryFault } from '../fault';
import type { Caller, Route } from '../router';
import { refreshTokenUser, type Account, type Accounts } from './accounts';
import { allows, askedFor, scopeText, type Grant, type Requirement } from './grants';
import type { TokenIssuer } from './tokens';

export interface Authenticator {
  /** The caller, or the fault that tells a client where to get a token for what it wants. */
  authorize(request: IncomingMessage, needs: Route['needs'], params: Readonly<Record<string, string>>): Caller;
  /** The account behind a user name and password, where the password may be a refresh token. */
  signIn(username: string, password: string): Account | undefined;
}

interface Presented {
  readonly subject: string;
  readonly grants: readonly Grant[];
  readonly by: 'bearer' | 'basic';
}

export interface AuthenticatorOptions {
  readonly accounts: Accounts;
  readonly tokens: TokenIssuer;
  readonly service: string;
  readonly isTls: boolean;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { accounts, tokens } = options;

  function signIn(username: string, password: string): Account | undefined {
    if (username !== refreshTokenUser) return accounts.byPassword(username, password);
    const claims = tokens.verify(password, 'refresh_token');
    return claims === undefined ? undefined : accounts.bySubject(claims.subject);
  }

  function presented(request: IncomingMessage): Presented | 'nothing' | 'invalid' {
    const header = request.headers.authorization;
    if (header === undefined) return 'nothing';
    const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (bearer !== undefined) {
      const claims = tokens.verify(bearer, 'access_token');
      return claims === undefined ? 'invalid' : { subject: claims.subject, grants: claims.access, by: 'bearer' };
    }
    const basic = readBasic(header);
    const account = basic === undefined ? undefined : signIn(basic.username, basic.password);
    return account === undefined ? 'invalid' : { ...account, by: 'basic' };
  }

  return {
    signIn,
    authorize(request, needs, params) {
      const credential = needs === undefined ? 'nothing' : presented(request);
      const requirement = typeof needs === 'function' ? needs(params) : undefined;
      if (typeof credential === 'string') {
        if (needs === undefined) return { subject: '', may: () => false, demand: () => undefined };
        throw unauthorized(request, options, requirement, credential === 'invalid' ? 'invalid_token' : undefined);
      }
      function demand(wanted: Requirement): void {
        if (typeof credential === 'string' || allows(credential.grants, wanted)) return;
        throw credential.by === 'basic'
          ? new RegistryFault(403, 'DENIED', 'requested access to the resource is denied', {
              detail: detailOf(wanted),
            })
          : unauthorized(request, options, wanted, 'insufficient_scope');
      }
      if (requirement !== undefined) demand(requirement);
      return {
        subject: credential.subject,
        may: (action, name) => allows(credential.grants, { type: 'repository', name, actions: [action] }),
        demand,
      };
    },
  };
}

export function readBasic(header: string): { readonly username: string; readonly password: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function unauthorized(
  request: IncomingMessage,
  options: AuthenticatorOptions,
  requirement: Requirement | undefined,
  error: 'invalid_token' | 'insufficient_scope' | undefined,
): RegistryFault {
  const parts = [`realm="${tokenEndpoint(request, options)}"`, `service="${options.service}"`];
  if (requirement !== undefined) parts.push(`scope="${scopeText(askedFor(requirement))}"`);
  if (error !== undefined) parts.push(`error="${error}"`);
  return new RegistryFault(401, 'UNAUTHORIZED', 'authentication required', {
    ...(requirement === undefined ? {} : { detail: detailOf(requirement) }),
    headers: { 'WWW-Authenticate': `Bearer ${parts.join(',')}` },
  });
}

/** The realm names the address the client used, so that an emulator called "contoso.azurecr.io" can be reached anywhere. */
function tokenEndpoint(request: IncomingMessage, options: AuthenticatorOptions): string {
  const given = request.headers.host ?? '';
  const host = /^[a-zA-Z0-9.\-[\]:]+$/.test(given) ? given : options.service;
  return `${options.isTls ? 'https' : 'http'}://${host}/oauth2/token`;
}

function detailOf(requirement: Requirement): readonly unknown[] {
  return requirement.actions.map((action) => ({ Type: requirement.type, Name: requirement.name, Action: action }));
}
