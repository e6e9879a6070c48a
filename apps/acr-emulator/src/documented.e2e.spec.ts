import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'emulator.md'), 'utf8');
const [access, events, throttling] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);

let directory: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-emulator-'));
});

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
  }
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Starts the command of the page with one of its files; the address it says it is ready at. */
async function start(settings: string | undefined): Promise<string> {
  const name = `settings-${Math.random().toString(16).slice(2)}`;
  await writeFile(join(directory, name), settings ?? '');
  const words = ['--data-dir', join(directory, `${name}-data`), '--config', join(directory, name), '--port', '0'];
  const child = spawn(process.execPath, [join(root, 'bin', 'acr-emulator'), ...words]);
  running.push(child);
  const ended = once(child, 'close').then(() => ['ended instead of starting']);
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  const url = /^registry ready at (\S+) as /.exec(line)?.[1];
  if (url === undefined) throw new Error(line);
  return url;
}

function ask(url: string, login: string, options: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...options, headers: { Authorization: `Basic ${Buffer.from(login).toString('base64')}` } });
}

describe('docs/emulator.md', () => {
  it('shows who may do what', async () => {
    const url = await start(access);
    const statuses = async (path: string, logins: readonly string[]) =>
      Promise.all(logins.map(async (login) => (await ask(`${url}${path}`, login)).status));
    expect(await statuses('/v2/_catalog', ['admin:a-password', 'admin:the-next-one', 'watcher:b-password'])).toEqual([
      200, 200, 403,
    ]);
    // 404: it may look, and there is nothing. A password that has ended opens nothing.
    expect(await statuses('/v2/team/api/tags/list', ['watcher:b-password', 'ci:a-new-one', 'ci:an-old-one'])).toEqual([
      404, 404, 401,
    ]);
    expect(await statuses('/v2/other/tags/list', ['watcher:b-password', 'ci:a-new-one'])).toEqual([403, 403]);

    const form = new URLSearchParams({
      grant_type: 'access_token',
      service: new URL(url).host,
      access_token: 'an-entra-token',
    });
    const exchanged = await fetch(`${url}/oauth2/exchange`, { method: 'POST', body: form });
    expect(await exchanged.json()).toMatchObject({ refresh_token: expect.any(String) as unknown });
  });

  it.each([
    ['{ "users": [] ', 'is not JSON: '],
    ['{ "users": [], "quarantin": true }', 'is not a settings file:'],
  ])('is followed with a mistake (%s), which is told with the name of the file', async (text, told) => {
    const path = join(directory, 'mistaken');
    await writeFile(path, text);
    const words = ['--data-dir', join(directory, 'mistaken-data'), '--config', path, '--port', '0'];
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'acr-emulator'), ...words]);
    expect(status).toBe(2);
    expect(stderr.toString()).toContain(`acr-emulator: ${path} ${told}`);
  });

  it('shows events, and how they are disturbed', async () => {
    const url = await start(events);
    const rates = /event-disturbances \\\n\s+-d '([^']+)'/.exec(page)?.[1] ?? '';
    const put = await ask(`${url}/emulator/event-disturbances`, 'admin:a-password', { method: 'PUT', body: rates });
    expect(await put.json()).toEqual(JSON.parse(rates));
    const deliveries = await ask(`${url}/emulator/deliveries`, 'admin:a-password');
    expect(deliveries.status).toBe(200);
  });

  it('shows how a client meets a throttle', async () => {
    const url = await start(throttling);
    const read = () => ask(`${url}/v2/team/api/tags/list`, 'admin:a-password');
    const answers = [];
    for (let count = 0; count < 11; count += 1) answers.push(await read());
    expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array<number>(10).fill(404));
    expect(answers[10]?.status).toBe(429);
    expect(answers[10]?.headers.get('retry-after')).toBe('1');
    const counted = await ask(`${url}/emulator/throttling`, 'admin:a-password');
    expect(await counted.json()).toMatchObject({ allowed: { read: 10 }, refused: { read: 1 }, isExceeded: true });
  });
});
