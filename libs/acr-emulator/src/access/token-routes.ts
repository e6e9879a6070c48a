import { RegistryFault } from '../fault';
import { jsonReply, readForm, type Reply } from '../http';
import type { Route } from '../router';
import type { Account, Accounts } from './accounts';
import { readBasic, type Authenticator } from './authenticator';
import { intersect, parseScope, type Grant } from './grants';
import type { TokenIssuer } from './tokens';

export interface TokenRoutesInput {
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly tokens: TokenIssuer;
  readonly service: string;
}

/** ACR's token endpoints: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md and Token-BasicAuth.md */
export function tokenRoutes(input: TokenRoutesInput): readonly Route[] {
  const { accounts, authenticator, tokens, service } = input;

  function accessReply(account: Account, fields: URLSearchParams, wantsRefreshToken: boolean): Reply {
    const token = tokens.access(account.subject, intersect(readScopes(fields), account.grants));
    const refresh = wantsRefreshToken ? { refresh_token: tokens.refresh(account.subject) } : {};
    return jsonReply(200, { access_token: token, ...refresh });
  }

  function accountOfGrant(form: URLSearchParams): Account | undefined {
    const grantType = form.get('grant_type');
    if (grantType === 'refresh_token') {
      const claims = tokens.verify(form.get('refresh_token') ?? '', 'refresh_token');
      return claims === undefined ? undefined : accounts.bySubject(claims.subject);
    }
    if (grantType !== 'password') throw new RegistryFault(400, 'UNSUPPORTED', 'grant_type is not supported');
    const username = form.get('username') ?? '';
    return username === '' ? accounts.anonymous() : authenticator.signIn(username, form.get('password') ?? '');
  }

  return [
    {
      method: 'POST',
      pattern: /^\/oauth2\/exchange$/,
      async handle({ request }) {
        const form = await readForm(request);
        assertService(form, service);
        if (form.get('grant_type') !== 'access_token') {
          throw new RegistryFault(400, 'UNSUPPORTED', 'grant_type is not supported');
        }
        const account = accounts.byEntraToken(form.get('access_token') ?? '');
        if (account === undefined) throw refused();
        return jsonReply(200, { refresh_token: tokens.refresh(account.subject) });
      },
    },
    {
      method: 'POST',
      pattern: /^\/oauth2\/token$/,
      async handle({ request }) {
        const form = await readForm(request);
        assertService(form, service);
        const account = accountOfGrant(form);
        if (account === undefined) throw refused();
        return accessReply(account, form, form.get('access_type') === 'offline');
      },
    },
    {
      method: 'GET',
      pattern: /^\/oauth2\/token$/,
      handle({ request, query }) {
        assertService(query, service);
        const header = request.headers.authorization;
        const basic = header === undefined ? undefined : readBasic(header);
        const account =
          header === undefined
            ? accounts.anonymous()
            : basic === undefined
              ? undefined
              : authenticator.signIn(basic.username, basic.password);
        if (account === undefined) throw refused();
        return accessReply(account, query, query.get('offline_token') === 'true');
      },
    },
  ];
}

/** `scope` may be repeated, and one may hold several separated by spaces. */
function readScopes(fields: URLSearchParams): readonly Grant[] {
  return fields
    .getAll('scope')
    .flatMap((value) => value.split(' '))
    .map(parseScope)
    .filter((grant) => grant !== undefined);
}

function assertService(fields: URLSearchParams, service: string): void {
  if (fields.get('service') !== service) {
    throw new RegistryFault(400, 'UNSUPPORTED', 'service is not the login server of this registry');
  }
}

function refused(): RegistryFault {
  return new RegistryFault(401, 'UNAUTHORIZED', 'authentication required, visit https://aka.ms/acr/authorization');
}
