import { defaultLimits, type Limits } from '@tidewaiter/image';
import { buildImage, buildLayer, memorySource, npmPackage, type BuiltLayer } from '@tidewaiter/testing';
import { memoryLayerCache, type LayerCache } from './layers/layer-cache';
import type { LayerReader } from './layers/read-layer';
import { readLayerHere } from './layers/read-layer';
import { readImage } from './read-image';

const padding = (kilobytes: number) => ({ path: 'opt/padding', content: 'x'.repeat(kilobytes * 1024) });
/** The largest as it is stored comes first; each unpacks to little more than its padding. */
const layers = [3, 30, 20, 10].map((kilobytes) =>
  buildLayer([npmPackage(`node_modules/p${String(kilobytes)}`), padding(kilobytes)], { compression: 'none' }),
);
const [, largest, second] = layers;

interface Reading {
  readonly limits?: Partial<Limits>;
  readonly of?: readonly BuiltLayer[];
  readonly cache?: LayerCache;
  readonly readLayer?: LayerReader;
  readonly concurrency?: number;
}

async function read({ limits = {}, of = layers, ...options }: Reading) {
  const source = memorySource(buildImage({ layers: of }));
  const [reading] = await readImage(source, { ...options, limits: { ...defaultLimits, ...limits } });
  if (reading?.kind !== 'inventory') throw new Error('not read');
  const { packages, problems, complete } = reading.inventory;
  return { packages: packages.map(({ name }) => name), problems: problems.map(({ code }) => code), complete };
}

describe('what the layers of an image may cost together', () => {
  it('is more than they do, usually', async () => {
    expect(await read({})).toEqual({ packages: ['p10', 'p20', 'p3', 'p30'], problems: [], complete: true });
  });

  it.each([
    ['imageBytes', 40 * 1024, 'image-too-large'],
    ['packagesPerImage', 1, 'image-too-many-packages'],
    ['evidenceBytesPerImage', 600, 'image-evidence-too-large'],
  ] as const)('ends with %s: the others are named, the largest have been read', async (limit, value, code) => {
    const limits = { [limit]: value };
    expect(await read({ limits })).toEqual({ packages: ['p20', 'p30'], problems: [code, code], complete: false });
  });

  it('is the same whichever layer is done first, and whether it was known', async () => {
    const limits = { imageBytes: 40 * 1024 };
    const expected = await read({ limits });
    // The largest is done last, when all others have been begun.
    const others = new Set<string>();
    const reversed: LayerReader = async (input, task) => {
      if (input.diffId !== largest?.diffId) {
        const result = await readLayerHere(input, task);
        others.add(input.diffId);
        return result;
      }
      while (others.size < 3) await new Promise((resolve) => setImmediate(resolve));
      return readLayerHere(input, task);
    };
    expect(await read({ limits, readLayer: reversed, concurrency: 4 })).toEqual(expected);
    const cache = memoryLayerCache();
    await read({ cache });
    expect(await read({ limits, cache })).toEqual(expected);
  });

  it('is not spent on layers that come when it is used up', async () => {
    const begun: string[] = [];
    const readLayer: LayerReader = (input, task) => {
      begun.push(input.diffId);
      return readLayerHere(input, task);
    };
    await read({ limits: { imageBytes: 40 * 1024 }, readLayer, concurrency: 1 });
    expect(begun).toEqual([largest?.diffId, second?.diffId]);
  });

  it('includes what it took to find out that a layer cannot be read', async () => {
    const cut = { ...buildLayer([padding(40)], { compression: 'none' }), diffId: `sha256:${'0'.repeat(64)}` };
    const limits = { imageBytes: 50 * 1024, ratioFloorBytes: 60 * 1024, ratio: 1 };
    const { packages, problems } = await read({ limits, of: [...layers, cut] });
    expect(packages).toEqual([]);
    expect(problems.toSorted()).toEqual([...Array<string>(4).fill('image-too-large'), 'layer-diff-id-mismatch']);
  });

  it('is time as well: layers are not begun after it', async () => {
    const { packages, problems } = await read({ limits: { imageMs: 0 } });
    expect(packages).toEqual([]);
    expect(problems).toEqual(Array<string>(4).fill('image-too-slow'));
  });
});
