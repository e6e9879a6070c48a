import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EntraTrust } from '../../options';

/** A shared access policy of the namespace. */
export interface ServiceBusKey {
  readonly name: string;
  readonly key: string;
  /** `Listen` when left out. */
  readonly rights?: readonly ('Listen' | 'Send' | 'Manage')[];
}

export interface ServiceBusAccess {
  readonly keys: readonly ServiceBusKey[];
  /** Tokens of Entra are believed of these subjects: who has the role Azure Service Bus Data Receiver. */
  readonly entra?: { readonly trust: EntraTrust; readonly receivers: readonly string[] } | undefined;
}

/** What tokens have to be for, in every cloud. */
const audience = 'https://servicebus.azure.net';
const claimMissing = "Unauthorized access. 'Listen' claim(s) are required to perform this operation.";

/** Why who comes with this header may not receive from the resource, `HOST/ENTITY`; undefined when he may. */
export function refusalOf(
  authorization: string | undefined,
  resource: string,
  access: ServiceBusAccess,
): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (bearer !== undefined) return refusalOfToken(bearer, access);
  const signed = /^SharedAccessSignature (.+)$/.exec(authorization ?? '')?.[1];
  return signed === undefined
    ? 'MissingToken: The authorization header was not found.'
    : refusalOfSignature(signed, resource, access.keys);
}

function refusalOfToken(token: string, { entra }: ServiceBusAccess): string | undefined {
  const subject = entra?.trust.subjectOf(token, [audience]);
  if (subject === undefined) return 'InvalidToken: The token is malformed, is over, or has another audience.';
  return entra?.receivers.includes(subject) === true ? undefined : claimMissing;
}

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas */
function refusalOfSignature(text: string, resource: string, keys: readonly ServiceBusKey[]): string | undefined {
  // Signed is what stands there, encoded as whoever signed it likes it.
  const raw = new Map(
    text.split('&').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const [sr = '', sig = '', se = '', skn = ''] = ['sr', 'sig', 'se', 'skn'].map((name) => raw.get(name));
  const policy = keys.find(({ name }) => name === decoded(skn));
  const expected = createHmac('sha256', policy?.key ?? '')
    .update(`${sr}\n${se}`)
    .digest();
  const given = Buffer.from(decoded(sig), 'base64');
  if (policy === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return 'InvalidSignature: The token has an invalid signature.';
  }
  if (!(Number(se) > Date.now() / 1000)) return 'ExpiredToken: The token is expired.';
  const scope = decoded(sr)
    .toLowerCase()
    .replace(/^[a-z]{1,10}:\/\//, '')
    .replace(/\/$/, '');
  const isWithin = `${resource.toLowerCase()}/`.startsWith(`${scope}/`);
  if (!isWithin) return 'InvalidAudience: The authorization header contains a token that is not for this resource.';
  return (policy.rights ?? ['Listen']).some((right) => right !== 'Send') ? undefined : claimMissing;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not encoded then; it is compared as it is.
    return text;
  }
}
