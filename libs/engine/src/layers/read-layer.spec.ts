import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractors, type Extractor } from '@tidewaiter/extractors';
import { elfBytes } from '@tidewaiter/formats';
import { defaultLimits } from '@tidewaiter/image';
import { UnexpectedError } from '@tidewaiter/kit';
import { buildLayer, describeWithTool } from '@tidewaiter/testing';
import { readLayer } from './read-layer';

const layer = buildLayer([
  { path: 'a.lock', content: 'deep' },
  { path: 'b.lock', content: 'flat' },
]);

function readWith(fails: () => never) {
  const extractor: Extractor = {
    id: 'sample',
    revision: 1,
    reads: 'language',
    files: [{ suffix: '.lock', maxBytes: 100 }],
    extract: ({ bytes }) => {
      if (bytes.toString() === 'deep') fails();
      return Promise.resolve({ packages: [{ name: 'flat', version: '1' }], problems: [] });
    },
  };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(layer.bytes);
  }
  const input = { open: () => Promise.resolve(bytes()), diffId: layer.diffId };
  return readLayer(input, { extractors: [extractor], limits: defaultLimits, aliases: [] });
}

function overflow(depth = 0): never {
  overflow(depth + 1);
}

describe('a file that an extractor cannot cope with', () => {
  it.each<[string, () => never]>([
    ['the stack', overflow],
    // What Node does where a buffer is longer than a text may be.
    [
      'a text',
      () => {
        throw Object.assign(new Error('Cannot create a string longer than 0x1fffffe8 characters'), {
          code: 'ERR_STRING_TOO_LONG',
        });
      },
    ],
  ])('is a problem where it takes more than %s holds, and the others are read', async (_, fails) => {
    const read = await readWith(fails);
    expect(read.ok && read.value.files).toMatchObject([
      { path: 'a.lock', packages: [], problems: [{ code: 'file-too-complex' }] },
      { path: 'b.lock', packages: [{ name: 'flat' }] },
    ]);
  });

  it('ends the reading where the extractor is wrong', async () => {
    const wrong = new UnexpectedError('sample-wrong', 'a mistake of ours');
    await expect(
      readWith(() => {
        throw wrong;
      }),
    ).rejects.toBe(wrong);
  });
});

describeWithTool('tar', 'a sparse file, as GNU tar writes it', () => {
  it.each([
    ['gnu', '0.0'],
    ['posix', '0.0'],
    ['posix', '0.1'],
    ['posix', '1.0'],
  ])('is read with its holes: format %s, version %s', async (format, version) => {
    const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-sparse-'));
    try {
      const sections = [Buffer.alloc(256 * 1024), Buffer.from('\0Bun/1.4.5\0'), Buffer.alloc(64 * 1024)];
      const program = elfBytes({ sections: sections.map((content) => ({ name: '.rodata', content })) });
      writeWithHoles(join(directory, 'bun'), program);
      const args = ['--sparse', '--hole-detection=raw', `--format=${format}`, `--sparse-version=${version}`];
      const { stdout: tar } = spawnSync('tar', [...args, '-cf', '-', '-C', directory, 'bun'], { maxBuffer: 1 << 24 });
      expect(tar.length).toBeLessThan(program.length / 4);
      async function* bytes(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(tar);
      }
      const read = await readLayer(
        { open: () => Promise.resolve(bytes()), diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` },
        { extractors: [...extractors], limits: defaultLimits, aliases: [] },
      );
      expect(read.ok && read.value.problems).toEqual([]);
      expect(read.ok && read.value.files).toMatchObject([
        { path: 'bun', packages: [{ name: 'bun', version: '1.4.5' }] },
      ]);
      expect(read.ok && read.value.executables).toMatchObject([{ path: 'bun', sizeBytes: program.length }]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** Blocks of zeros are left out, as a file system can. */
function writeWithHoles(path: string, content: Buffer): void {
  const file = openSync(path, 'w', 0o755);
  for (let at = 0; at < content.length; at += 4096) {
    const block = content.subarray(at, at + 4096);
    if (block.some((byte) => byte !== 0)) writeSync(file, block, 0, block.length, at);
  }
  ftruncateSync(file, content.length);
  closeSync(file);
}
