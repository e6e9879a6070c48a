import dns from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { takeOutboundAttempts } from './no-network';

describe('a test', () => {
  it.each(['http://192.0.2.1/x', 'https://example.org/'])(
    'cannot reach %s, and the attempt names its caller',
    async (url) => {
      await expect(fetch(url)).rejects.toThrow();
      const [attempt] = takeOutboundAttempts();
      expect(attempt?.target).toBe(new URL(url).hostname);
    },
  );

  it('cannot ask a name server', async () => {
    await expect(dns.resolve4('example.org')).rejects.toThrow('tests may not reach example.org');
    expect(takeOutboundAttempts()[0]?.caller).toContain('no-network.spec.ts');
  });

  it('reaches this machine', async () => {
    const server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const response = await fetch(`http://localhost:${address.port}/`).catch(() =>
      fetch(`http://127.0.0.1:${address.port}/`),
    );
    expect(await response.text()).toBe('here');
    server.close();
    server.closeAllConnections();
  });
});
