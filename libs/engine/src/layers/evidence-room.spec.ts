import { defaultLimits, type Limits } from '@tidewaiter/image';
import { buildImage, buildLayer, memorySource, npmPackage, type TarItem } from '@tidewaiter/testing';
import { readImage } from '../read-image';
import { evidenceBytesOf, EvidenceRoom } from './evidence-room';

describe('the room for what is kept of a layer', () => {
  const read = async (limits: Partial<Limits>, items: readonly TarItem[]) => {
    const source = memorySource(buildImage({ layers: [buildLayer(items)] }));
    const [reading] = await readImage(source, { limits: { ...defaultLimits, ...limits } });
    if (reading?.kind !== 'inventory') throw new Error('not read');
    const { packages, problems } = reading.inventory;
    return { packages: packages.map(({ name }) => name), problems: problems.map(({ code }) => code) };
  };

  it('is taken by text, and by each thing besides', () => {
    expect(evidenceBytesOf('')).toBe(evidenceBytesOf(7));
    expect(evidenceBytesOf('abc') - evidenceBytesOf('')).toBe(3);
    expect(evidenceBytesOf({ a: ['abc', 'd'] })).toBeGreaterThan(evidenceBytesOf(['abc', 'd']));
  });

  it('is not taken by what has no place in it', () => {
    const room = new EvidenceRoom(10);
    expect([room.take(11), room.take(6), room.take(5), room.take(4)]).toEqual([false, true, false, true]);
    expect(room.usedBytes).toBe(10);
  });

  it('has none for long names without end: what has no place is left out, and that is said once', async () => {
    const long = (name: string) => ({
      ...npmPackage(`node_modules/${name}`),
      content: JSON.stringify({ name: name.padEnd(900, name), version: '1.0.0' }),
    });
    const items = [npmPackage('node_modules/first'), long('a'), long('b'), long('c'), npmPackage('node_modules/last')];
    const seen = await read({ evidenceBytesPerLayer: 2_600 }, items);
    expect(seen.packages).toEqual(['a'.repeat(900), 'first', 'last']);
    expect(seen.problems).toEqual(['layer-evidence-too-large']);
  });

  it('counts the directories on the way to what is kept, each once', async () => {
    const deep = Array.from({ length: 400 }, (_, at) => `d${at}`).join('/');
    const one = [npmPackage(`${deep}/node_modules/a`), npmPackage(`${deep}/node_modules/b`)];
    expect(await read({ evidenceBytesPerLayer: 500_000 }, one)).toEqual({ packages: ['a', 'b'], problems: [] });
    const two = [npmPackage(`a/${deep}/node_modules/a`), npmPackage(`b/${deep}/node_modules/b`)];
    expect(await read({ evidenceBytesPerLayer: 500_000 }, two)).toEqual({
      packages: ['a'],
      problems: ['layer-evidence-too-large'],
    });
  });

  it('has links, whiteouts and sparse files in it', async () => {
    const name = 'n'.repeat(200);
    const links = Array.from({ length: 10 }, (_, at) => ({ path: `${name}${at}`, symlink: name }));
    expect((await read({ evidenceBytesPerLayer: 1_000 }, links)).problems).toEqual(['layer-evidence-too-large']);
    const gone = Array.from({ length: 10 }, (_, at) => ({ path: `.wh.${name}${at}`, content: '' }));
    expect((await read({ evidenceBytesPerLayer: 1_000 }, gone)).problems).toEqual(['layer-evidence-too-large']);
  });
});
