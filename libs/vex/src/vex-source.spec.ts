import { isFeedProblem, type FeedIo, type Snapshot } from '@tidewaiter/feeds';
import { vexSource } from './vex-source';

const repository = 'https://hub.example/hub/vex-repository.json';

function manifest(url: string, version = '0.1'): string {
  return JSON.stringify({
    name: 'A hub',
    description: 'Of somebody',
    versions: [
      { spec_version: '1.0', locations: [{ url: 'https://hub.example/later.tar.gz' }] },
      { spec_version: version, locations: [{ url }], update_interval: '24h' },
    ],
  });
}

/** What is asked for when the server has this at the address of the source. */
async function asked(source: string, text: string): Promise<string> {
  let address = '';
  const io: FeedIo = {
    source,
    get: () => Promise.resolve(Buffer.from(text)),
    download: (url) => {
      address = url;
      return Promise.resolve('unchanged');
    },
    downloadAll: () => Promise.reject(new Error('asked for several')),
    local: () => Promise.reject(new Error('asked for the disk')),
  };
  await vexSource.fetch(undefined, io);
  return address;
}

function snapshotOf(files: Readonly<Record<string, string>>): Snapshot {
  const opened = Object.entries(files).map(([name, text]) => {
    const bytes = Buffer.from(text);
    return {
      name,
      sizeBytes: bytes.length,
      read: (target: Uint8Array, position: number) =>
        Promise.resolve(bytes.copy(target, 0, position, position + target.length)),
    };
  });
  return {
    parts: [
      {
        name: 'hub',
        async *files() {
          yield* opened;
        },
      },
    ],
  };
}

async function read(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const item of vexSource.parse(snapshotOf(files)))
    seen.push(isFeedProblem(item) ? item.code : `${item.vulnerabilities.join(' ')} ${item.status}`);
  return seen;
}

// https://github.com/aquasecurity/vex-repo-spec
describe('a VEX Hub repository', () => {
  it('by the address of its manifest is the archive that the manifest names', async () => {
    expect(await asked(repository, manifest('https://hub.example/main.tar.gz//vexhub-main'))).toBe(
      'https://hub.example/main.tar.gz',
    );
    expect(await asked(repository, manifest('https://hub.example/main.zip?x=a//b'))).toBe(
      'https://hub.example/main.zip?x=a//b',
    );
  });

  it('that is asked for with a token has its archive asked for with it too', async () => {
    const source = `${repository}?token=secret`;
    expect(await asked(source, manifest('https://hub.example/main.tar.gz//vexhub-main'))).toBe(
      'https://hub.example/main.tar.gz?token=secret',
    );
    expect(await asked(source, manifest('http://hub.example/main.tar.gz'))).toBe('http://hub.example/main.tar.gz');
    const elsewhere = asked(source, manifest('https://archives.example/main.tar.gz'));
    const message: unknown = expect.not.stringContaining('secret');
    await expect(elsewhere).rejects.toMatchObject({ code: 'feed-address-refused', message });
  });

  it('is asked for at no other host, and says which address that is', async () => {
    const elsewhere = manifest('https://archives.example/main.tar.gz//vexhub-main');
    await expect(asked(repository, elsewhere)).rejects.toThrow(
      /https:\/\/archives\.example\/main\.tar\.gz, on another host/,
    );
  });

  it.each([
    ['<html>'],
    ['{}'],
    [manifest('https://hub.example/a.zip', '2.0').replace('"1.0"', '"1.1"')],
    [manifest('not an address')],
  ])('that is none is named: %s', async (text) => {
    await expect(asked(repository, text)).rejects.toMatchObject({ code: 'feed-index-unusable' });
  });

  it('is every other address as it is', async () => {
    expect(await asked('https://hub.example/app.json', '')).toBe('https://hub.example/app.json');
  });

  it('is read without what it says of itself', async () => {
    const document = JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.com/1',
      author: 'somebody',
      timestamp: '2026-01-01T00:00:00Z',
      version: 1,
      statements: [{ vulnerability: { name: 'CVE-2024-1' }, products: [{ '@id': 'pkg:npm/a' }], status: 'fixed' }],
    });
    expect(await read({ 'pkg/npm/a/vex.json': document, 'index.json': '{}' })).toEqual(['CVE-2024-1 fixed']);
    expect(await read({ 'vex-repository.json': manifest('https://hub.example/a.zip'), 'index.json': '{}' })).toEqual([
      'vex-nothing-said',
    ]);
  });
});
