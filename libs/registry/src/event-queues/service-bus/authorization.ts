import { createHmac } from 'node:crypto';
import { createEntraCredential } from '../../entra-credential';
import { machineIdentity } from '../machine-identity';
import type { ServiceBusAddress } from './address';

/** The same in every cloud: https://learn.microsoft.com/azure/service-bus-messaging/authenticate-application */
const audience = 'https://servicebus.azure.net';
/** A signature is made anew for every request; this is what a clock may be off. */
const signedForSeconds = 900;

/** Gives the value of `Authorization` for a request to the queue. */
export function authorizationOf({ origin, path, login }: ServiceBusAddress): () => Promise<string> {
  switch (login.kind) {
    case 'identity': {
      const { host } = new URL(origin);
      const credential = createEntraCredential({ registry: host, audience, identity: () => machineIdentity(host) });
      return async () => `Bearer ${await credential.getToken(audience)}`;
    }
    case 'key':
      return () => {
        const expiry = Math.floor(Date.now() / 1000) + signedForSeconds;
        return Promise.resolve(signedToken(`${origin}/${path}`, login, expiry));
      };
    case 'signature':
      return () => Promise.resolve(login.token);
  }
}

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas: the key is text, never decoded. */
export function signedToken(
  resource: string,
  { name, key }: { readonly name: string; readonly key: string },
  /** Seconds since 1970. */
  expiry: number,
): string {
  const sr = encodeURIComponent(resource);
  const signature = createHmac('sha256', key)
    .update(`${sr}\n${String(expiry)}`)
    .digest('base64');
  const fields = { sr, sig: encodeURIComponent(signature), se: String(expiry), skn: encodeURIComponent(name) };
  const text = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
  return `SharedAccessSignature ${text.join('&')}`;
}
