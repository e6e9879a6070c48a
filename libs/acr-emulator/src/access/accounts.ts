import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmulatorIdentity, EmulatorUser } from '../options';
import { everyRead, everything, parseScope, type Grant } from './grants';

/** Subject of everybody who did not say who they are. */
export const anonymousSubject = 'anonymous';

/** The user name `docker login` gives together with an ACR refresh token as the password. */
export const refreshTokenUser = '00000000-0000-0000-0000-000000000000';

export interface Account {
  readonly subject: string;
  readonly grants: readonly Grant[];
}

/** Everybody the emulator knows. */
export interface Accounts {
  byPassword(username: string, password: string): Account | undefined;
  byEntraToken(accessToken: string): Account | undefined;
  bySubject(subject: string): Account | undefined;
  readonly anonymous: Account | undefined;
}

export interface AccountsInput {
  readonly users: readonly EmulatorUser[];
  readonly identities: readonly EmulatorIdentity[];
  readonly anonymousPull: boolean;
}

export function createAccounts(input: AccountsInput): Accounts {
  const anonymous: Account | undefined = input.anonymousPull
    ? { subject: anonymousSubject, grants: everyRead }
    : undefined;
  const users = input.users.map((user) => ({
    username: user.username,
    secret: fingerprint(user.password),
    account: { subject: `user:${user.username}`, grants: grantsOf(user.scopes) },
  }));
  const identities = input.identities.map((identity) => ({
    secret: fingerprint(identity.accessToken),
    account: { subject: `entra:${identity.subject}`, grants: grantsOf(identity.scopes) },
  }));
  const accounts = [...users, ...identities].map((entry) => entry.account);

  return {
    anonymous,
    byPassword(username, password) {
      const given = fingerprint(password);
      return users.find((user) => user.username === username && timingSafeEqual(user.secret, given))?.account;
    },
    byEntraToken(accessToken) {
      const given = fingerprint(accessToken);
      return identities.find((identity) => timingSafeEqual(identity.secret, given))?.account;
    },
    bySubject: (subject) =>
      subject === anonymousSubject ? anonymous : accounts.find((account) => account.subject === subject),
  };
}

function grantsOf(scopes: readonly string[] | undefined): readonly Grant[] {
  if (scopes === undefined) return everything;
  return scopes.map((scope) => {
    const grant = parseScope(scope);
    if (grant === undefined) throw new Error(`scope "${scope}" is not of the form type:name:action,action`);
    return grant;
  });
}

/** Equal lengths for a comparison in constant time. */
function fingerprint(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
