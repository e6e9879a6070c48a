import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmulatorAccess, EmulatorToken, EmulatorUser } from '../options';
import { everyRead, everything, parseScope, type Grant } from './grants';
import { grantsOfRoles, grantsOfScopeMap } from './roles';

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
  anonymous(): Account | undefined;
  /** Others from now on; tokens that were given out keep what is in them, as ACR's do. */
  replace(access: EmulatorAccess): void;
}

export const defaultAudiences = ['https://containerregistry.azure.net', 'https://management.azure.com'];

export function createAccounts(access: EmulatorAccess): Accounts {
  let known = readAccess(access);
  return {
    anonymous: () => known.anonymous,
    byPassword(username, password) {
      const given = fingerprint(password);
      const now = Date.now();
      const match = known.passwords.find(
        (entry) => entry.username === username && entry.usableUntilMs > now && timingSafeEqual(entry.secret, given),
      );
      return match?.account;
    },
    byEntraToken(accessToken) {
      const given = fingerprint(accessToken);
      const madeUp = known.identities.find(({ secret }) => secret !== undefined && timingSafeEqual(secret, given));
      if (madeUp !== undefined) return madeUp.account;
      const subject = known.entra?.subjectOf(accessToken, known.audiences);
      return known.identities.find(({ account }) => account.subject === `entra:${subject}`)?.account;
    },
    bySubject: (subject) =>
      subject === anonymousSubject ? known.anonymous : known.accounts.find((account) => account.subject === subject),
    replace(next) {
      known = readAccess(next);
    },
  };
}

interface Password {
  readonly username: string;
  readonly secret: Buffer;
  readonly usableUntilMs: number;
  readonly account: Account;
}

function readAccess(access: EmulatorAccess) {
  const { users, tokens = [], identities = [], roleAssignmentMode = 'rbac', entra } = access;
  const passwords = [...users.flatMap(passwordsOfUser), ...tokens.flatMap(passwordsOfToken)];
  const known = identities.map(({ subject, accessToken, scopes, roles }) => ({
    secret: accessToken === undefined ? undefined : fingerprint(accessToken),
    account: {
      subject: `entra:${subject}`,
      grants: roles === undefined ? grantsOf(scopes) : grantsOfRoles(roles, roleAssignmentMode),
    },
  }));
  const anonymous: Account = { subject: anonymousSubject, grants: everyRead };
  return {
    passwords,
    identities: known,
    accounts: [...passwords, ...known].map((entry) => entry.account),
    anonymous: access.anonymousPull === true ? anonymous : undefined,
    entra,
    audiences: access.audiences ?? defaultAudiences,
  };
}

function passwordsOfUser({ username, password, secondPassword, scopes }: EmulatorUser): Password[] {
  const account = { subject: `user:${username}`, grants: grantsOf(scopes) };
  const values = secondPassword === undefined ? [password] : [password, secondPassword];
  return values.map((value) => ({ username, secret: fingerprint(value), usableUntilMs: Infinity, account }));
}

function passwordsOfToken({ name, passwords, scopeMap, disabled }: EmulatorToken): Password[] {
  if (disabled === true) return [];
  const account = { subject: `token:${name}`, grants: grantsOfScopeMap(scopeMap) };
  return passwords.map(({ value, expiry }) => ({
    username: name,
    secret: fingerprint(value),
    usableUntilMs: expiry === undefined ? Infinity : Date.parse(expiry),
    account,
  }));
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
