import { UserError } from '@tidewaiter/kit';
import { openEventQueue } from '../kinds';
import { isServiceBusAddress, readServiceBusAddress } from './address';
import { signedToken } from './authorization';

const key = 'c2VjcmV0LW9mLXRoaXMtc3BlYw==';
const policy = `SharedAccessKeyName=listener;SharedAccessKey=${key}`;

describe('the address of a queue in a service bus', () => {
  it.each([
    ['https://contoso.servicebus.windows.net/events', 'https://contoso.servicebus.windows.net', 'events'],
    ['sb://contoso.servicebus.chinacloudapi.cn/a/b', 'https://contoso.servicebus.chinacloudapi.cn', 'a/b'],
    [
      'https://c.servicebus.usgovcloudapi.net/t/subscriptions/s',
      'https://c.servicebus.usgovcloudapi.net',
      't/subscriptions/s',
    ],
  ])('is %s for the identity of the machine', (address, origin, path) => {
    expect(isServiceBusAddress(address)).toBe(true);
    expect(readServiceBusAddress(address)).toEqual({ origin, path, login: { kind: 'identity' } });
  });

  it('is a connection string, in any order and case, with a key or with a token that was signed before', () => {
    const origin = 'https://contoso.servicebus.windows.net';
    const endpoint = 'Endpoint=sb://contoso.servicebus.windows.net/';
    expect(readServiceBusAddress(`${endpoint};${policy};EntityPath=events`)).toEqual({
      ...{ origin, path: 'events' },
      login: { kind: 'key', name: 'listener', key },
    });
    const token = 'SharedAccessSignature sr=a&sig=b%3D&se=1&skn=listener';
    expect(
      readServiceBusAddress(
        `endpoint=sb://contoso.servicebus.windows.net;entitypath=t/Subscriptions/s;SharedAccessSignature=${token}`,
      ),
    ).toEqual({
      ...{ origin, path: 't/Subscriptions/s' },
      login: { kind: 'signature', token },
    });
  });

  it.each([
    ['no queue', `Endpoint=sb://contoso.servicebus.windows.net/;${policy}`],
    ['no key', 'Endpoint=sb://contoso.servicebus.windows.net/;EntityPath=events;SharedAccessKeyName=listener'],
    ['plain HTTP', `Endpoint=http://contoso.servicebus.windows.net/;EntityPath=events;${policy}`],
    ['no namespace', `Endpoint=;EntityPath=events;${policy}`],
    ['a query', `sb://contoso.servicebus.windows.net/events?key=${key}`],
    ['a password', `sb://me:${key}@contoso.servicebus.windows.net/events`],
    ['only a namespace', 'https://contoso.servicebus.windows.net/'],
    ['neither kind of queue', `ftp://${key}`],
  ])('is refused with %s, and not shown', async (_what, address) => {
    const refusal: unknown = await openEventQueue(address).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'event-queue-address-invalid' });
    expect(refusal instanceof UserError && refusal.message).not.toContain(key);
  });

  it('leaves queues of Azure Storage to the other kind', () => {
    expect(isServiceBusAddress('https://contoso.queue.core.windows.net/events?sig=a')).toBe(false);
    expect(isServiceBusAddress('https://127.0.0.1:10001/devstoreaccount1/events')).toBe(false);
  });
});

describe('a shared access signature', () => {
  it("is what Python's hmac and quote make of the same", () => {
    const login = { name: 'listener', key };
    expect(signedToken('https://contoso.servicebus.windows.net/events', login, 1_900_000_000)).toBe(
      'SharedAccessSignature sr=https%3A%2F%2Fcontoso.servicebus.windows.net%2Fevents' +
        '&sig=e0uEJrbTUKstcMoGh0GPZ7073wrKEum5GEi8JC3JeCA%3D&se=1900000000&skn=listener',
    );
  });
});
