import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

async function listen(answer: (url: string) => string): Promise<string> {
  const server = createServer((request, response) => response.end(answer(request.url ?? '')));
  // `fetch` asks a proxy to connect through; what it wants is told apart by the target of CONNECT.
  server.on('connect', (request, socket) => {
    const body = answer(request.url ?? '');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  // A server on a TCP port has an address object, never a path.
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** In a process of its own, because a proxy holds for the whole process. */
async function answerOf(url: string, variables: Readonly<Record<string, string>>): Promise<string> {
  const program = `
    import { useProxies } from '${new URL('../../kit/src/use-proxies.ts', import.meta.url).href}';
    useProxies(${JSON.stringify(variables)});
    console.log(await (await fetch(${JSON.stringify(url)})).text());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', program]);
  return stdout.trim();
}

describe('a proxy of the environment', () => {
  it('is asked instead of the other side, and not for hosts that are excepted', async () => {
    const target = await listen(() => 'direct');
    const proxy = await listen(
      (asked) => `through the proxy to ${asked.replace(/^http:\/\//, '').replace(/\/.*$/, '')}`,
    );
    const through = { HTTP_PROXY: `http://${proxy}` };
    expect(await answerOf(`http://${target}/a.zip`, through)).toBe(`through the proxy to ${target}`);
    expect(await answerOf(`http://${target}/a.zip`, { ...through, NO_PROXY: '127.0.0.1' })).toBe('direct');
  });
});
