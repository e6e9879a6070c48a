import type { Extractor } from '@tidewaiter/extractors';
import { defaultLimits } from '@tidewaiter/image';
import { UnexpectedError } from '@tidewaiter/kit';
import { buildLayer } from '@tidewaiter/testing';
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
