import { UserError } from '@tidewaiter/kit';

/** Where the queue is, and what we come with. */
export interface ServiceBusAddress {
  /** `https://HOST[:PORT]` */
  readonly origin: string;
  /** `QUEUE` or `TOPIC/subscriptions/NAME`, percent-encoded. */
  readonly path: string;
  readonly login: ServiceBusLogin;
}

export type ServiceBusLogin =
  /** The identity of the machine. */
  | { readonly kind: 'identity' }
  /** A shared access policy. */
  | { readonly kind: 'key'; readonly name: string; readonly key: string }
  /** A token somebody signed: `SharedAccessSignature sr=...`. */
  | { readonly kind: 'signature'; readonly token: string };

const connectionString = /^\s*Endpoint\s*=/i;
const namespaceHost = /\.servicebus\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/i;

/** A connection string, `sb://` anything, or `https://` with the name of a namespace. */
export function isServiceBusAddress(address: string): boolean {
  if (connectionString.test(address)) return true;
  const url = URL.parse(address);
  return url?.protocol === 'sb:' || (url?.protocol === 'https:' && namespaceHost.test(url.hostname));
}

/** @throws UserError `event-queue-address-invalid`, without the address: there may be a key in it */
export function readServiceBusAddress(address: string): ServiceBusAddress {
  return connectionString.test(address)
    ? readConnectionString(address)
    : { ...placeOf(address), login: { kind: 'identity' } };
}

/** `Endpoint=sb://HOST/;SharedAccessKeyName=..;SharedAccessKey=..;EntityPath=QUEUE`, as `az servicebus ... keys list` prints it. */
function readConnectionString(text: string): ServiceBusAddress {
  const parts = new Map(
    text.split(';', 50).map((part) => {
      // Keys and signatures have "=" in them.
      const end = part.indexOf('=');
      return [part.slice(0, end).trim().toLowerCase(), part.slice(end + 1).trim()];
    }),
  );
  const entity = parts.get('entitypath') ?? '';
  if (entity === '') {
    throw invalid(
      'its connection string names no queue: add ;EntityPath=QUEUE or ;EntityPath=TOPIC/subscriptions/NAME',
    );
  }
  const [token, name, key] = ['sharedaccesssignature', 'sharedaccesskeyname', 'sharedaccesskey'].map((part) =>
    parts.get(part),
  );
  const place = placeOf(`${(parts.get('endpoint') ?? '').replace(/\/$/, '')}/${entity}`);
  if (token !== undefined) return { ...place, login: { kind: 'signature', token } };
  if (name === undefined || key === undefined) {
    throw invalid(
      'its connection string has neither SharedAccessKeyName and SharedAccessKey nor SharedAccessSignature',
    );
  }
  return { ...place, login: { kind: 'key', name, key } };
}

/** The scheme of AMQP, which Azure prints, stands for HTTPS here. */
function placeOf(address: string): Pick<ServiceBusAddress, 'origin' | 'path'> {
  const url = URL.parse(address.replace(/^sb:/i, 'https:'));
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw invalid(
      'it does not begin with sb://NAMESPACE.servicebus.windows.net/ or https://NAMESPACE.servicebus.windows.net/',
    );
  }
  const path = url.pathname.slice(1);
  if (url.search !== '' || url.hash !== '' || !/^[^/]+(?:\/[^/]+)*$/.test(path) || path.length > 400) {
    throw invalid('behind its host must be QUEUE or TOPIC/subscriptions/NAME, and nothing else');
  }
  return { origin: url.origin, path };
}

function invalid(why: string): UserError {
  return new UserError(
    'event-queue-address-invalid',
    `The address of the event queue in a Service Bus cannot be used: ${why}.`,
  );
}
