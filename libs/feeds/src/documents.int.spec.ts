import { execFileSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { zipBytes, zipFileOf } from '@tidewaiter/formats';
import { documentsOf, isDocument, listDocuments } from './documents';
import type { SnapshotPart } from './feed';

function partOf(name: string, bytes: Buffer): SnapshotPart {
  return {
    name: 'p',
    async *files() {
      yield await Promise.resolve({ name, ...zipFileOf(bytes) });
    },
  };
}

const isJson = (name: string) => name.endsWith('.json');

async function read(name: string, bytes: Buffer): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const item of documentsOf(partOf(name, bytes), isJson)) {
    if (!isDocument(item)) {
      seen.push(`${item.code} ${item.path}${item.fatal === true ? ' fatal' : ''}`);
      continue;
    }
    const content = await item.bytes();
    seen.push(content.ok ? `${item.path} ${Buffer.from(content.value).toString()}` : content.error.code);
  }
  return seen;
}

/** Made by GNU tar in the format named, with a path that fits no plain header. */
function tarBytes(format: string): Buffer {
  const long = `${'a-long-directory/'.repeat(12)}c.json`;
  const script = `set -e; d=$(mktemp -d); cd "$d"; mkdir -p "$(dirname ${long})"; printf 1 > a.json; printf 2 > b.txt;
    printf 3 > ${long}; tar --format=${format} -cf - a.json b.txt a-long-directory; rm -r "$d"`;
  return execFileSync('sh', ['-c', script]);
}

describe('the documents of a part', () => {
  it.each([
    ['a.json', Buffer.from('1'), ['a.json 1']],
    ['a.json.gz', gzipSync('1'), ['a.json.gz 1']],
    ['a.json.zst', zstdCompressSync('1'), ['a.json.zst 1']],
    ['a.xml', Buffer.from('1'), []],
    [
      'a.zip',
      zipBytes([
        { name: 'x/a.json', text: '1' },
        { name: 'b.txt', text: '2' },
      ]),
      ['a.zip/x/a.json 1'],
    ],
  ])('in %s', async (name, bytes, seen) => {
    expect(await read(name, bytes)).toEqual(seen);
  });

  it.each(['ustar', 'gnu', 'pax'])('in a tar archive of format %s, compressed or not', async (format) => {
    const bytes = tarBytes(format);
    const names = ['a.json 1', `${'a-long-directory/'.repeat(12)}c.json 3`];
    expect(await read('x.tar', bytes)).toEqual(names.map((name) => `x.tar/${name}`));
    expect(await read('x.tar.gz', gzipSync(bytes))).toEqual(names.map((name) => `x.tar.gz/${name}`));
    expect(await read('x.tar.zst', zstdCompressSync(bytes))).toEqual(names.map((name) => `x.tar.zst/${name}`));
    const listed: string[] = [];
    for await (const { name } of listDocuments(partOf('x.tgz', gzipSync(bytes)), isJson)) listed.push(name);
    expect(listed).toEqual(names.map((name) => name.slice(0, -2)));
  });

  it('that lie in an archive inside an archive are not read, and that is said', async () => {
    const inner = zipBytes([{ name: 'a.json', text: '1' }]).toString('latin1');
    const outer = zipBytes([
      { name: 'npm.zip', text: inner },
      { name: 'b.json', text: '2' },
      { name: 'x/PyPI.tar.gz', text: inner },
    ]);
    expect(await read('all.zip', outer)).toEqual(['all.zip/b.json 2', 'feed-archive-nested all.zip']);
  });

  it('that cannot be read to their end are a fatal problem', async () => {
    const tar = tarBytes('ustar');
    expect(await read('x.tar', tar.subarray(0, 600))).toEqual(['tar-invalid x.tar fatal']);
    expect((await read('x.tar.gz', gzipSync(tar).subarray(0, 100))).at(-1)).toBe('compression-invalid x.tar.gz fatal');
    expect(await read('x.tar.xz', Buffer.from('\xfd7zXZ\0', 'latin1'))).toEqual([
      'compression-unsupported x.tar.xz fatal',
    ]);
    expect(await read('a.zip', Buffer.from('no zip'))).toEqual(['zip-unreadable a.zip fatal']);
    expect(await read('a.json.gz', gzipSync('1').subarray(0, 12))).toEqual(['compression-invalid']);
  });
});
