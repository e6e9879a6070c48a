import { buildLayer } from '@tidewaiter/testing';
import { defaultLimits } from '@tidewaiter/image';
import { ContentMemory } from './content-memory';
import { readLayerHere } from './read-layer';

const mebibyte = 1024 * 1024;

describe('the memory for contents', () => {
  it('is used again where it is large enough', () => {
    const memory = new ContentMemory();
    const first = memory.take(3 * mebibyte);
    expect(first.length).toBeGreaterThanOrEqual(3 * mebibyte);
    memory.give(first);
    expect(memory.take(2 * mebibyte)).toBe(first);
    expect(memory.take(1)).not.toBe(first);
  });

  it('is kept for two contents, the largest', () => {
    const memory = new ContentMemory();
    const buffers = [1, 3, 2].map((size) => memory.take(size * mebibyte));
    for (const buffer of buffers) memory.give(buffer);
    const again = [1, 1, 1].map(() => memory.take(1));
    expect(again.filter((buffer) => buffers.includes(buffer))).toEqual([buffers[1], buffers[2]]);
  });

  it.each(['gzip', 'none'] as const)(
    'never has one file in it while another is still read, wherever the pieces of a layer end: %s',
    async (compression) => {
      const names = Array.from({ length: 24 }, (_, index) => `package-${String(index)}`);
      const layer = buildLayer(
        names.map((name, index) => {
          // Sizes below, about and above a piece of the layer; the name stands behind what fills the file.
          const filler = String(index % 10).repeat(150_000 * ((index % 7) + 1));
          const content = JSON.stringify({ description: filler, version: `${String(index)}.0.0`, name });
          return { path: `app/node_modules/${name}/package.json`, content };
        }),
        { compression },
      );
      async function* bytes(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < layer.bytes.length; at += 700_001) {
          await Promise.resolve();
          yield layer.bytes.subarray(at, at + 700_001);
        }
      }
      const read = await readLayerHere(
        { open: () => Promise.resolve(bytes()), diffId: layer.diffId },
        { limits: defaultLimits, aliases: [] },
      );
      const found = read.ok ? read.value.files.flatMap(({ packages }) => packages) : [];
      expect(found.map(({ name, version }) => `${name}@${version}`).sort()).toEqual(
        names.map((name, index) => `${name}@${String(index)}.0.0`).sort(),
      );
    },
  );
});
