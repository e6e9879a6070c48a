import { defaultLimits, type Limits } from '@tidewaiter/image';
import {
  apkInstalled,
  bookworm,
  buildImage,
  buildLayer,
  dpkg,
  dpkgStatus,
  memorySource,
  npmPackage,
  type TarItem,
} from '@tidewaiter/testing';
import { readImage } from '../read-image';

describe('what the files of a layer state', () => {
  const inventoryWith = async (limits: Partial<Limits>, ...layers: readonly (readonly TarItem[])[]) => {
    const image = buildImage({ layers: layers.map((items) => buildLayer(items)) });
    const [reading] = await readImage(memorySource(image), { limits: { ...defaultLimits, ...limits } });
    if (reading?.kind !== 'inventory') throw new Error('not read');
    const { packages, problems, complete } = reading.inventory;
    return {
      packages: packages.map(({ name }) => name),
      problems: problems.map(({ code, message }) => `${code}: ${message}`),
      complete,
    };
  };

  it('is kept as far as the limit, and what is left out of a gigantic package database is said', async () => {
    const files = [bookworm, dpkg('a=1 b=1 c=1 d=1 e=1'), npmPackage('node_modules/lodash')];
    const seen = await inventoryWith({ packagesPerFile: 3 }, files);
    expect(seen).toEqual({
      packages: ['a', 'b', 'c', 'lodash'],
      problems: ['file-too-many-packages: "var/lib/dpkg/status" states more than 3 packages; 2 were left out.'],
      complete: false,
    });
  });

  it('counts the files of a layer together, and those of other layers not', async () => {
    const limits = { packagesPerLayer: 2 };
    const layer = [npmPackage('node_modules/one'), npmPackage('node_modules/two')];
    expect(await inventoryWith(limits, [bookworm, dpkg('a=1 b=1')], layer)).toMatchObject({ complete: true });
    const seen = await inventoryWith(limits, [bookworm, dpkg('a=1 b=1'), ...layer]);
    expect([seen.packages.length, seen.problems.length]).toEqual([2, 2]);
  });

  it('is wrong in so many places and not told more often', async () => {
    const noise = Array.from({ length: 50 }, (_, at) => `Package: p${at}\nStatus: install ok installed\n`).join('\n');
    const damaged = { path: 'var/lib/dpkg/status', content: `${noise}\n` };
    const seen = await inventoryWith({ problemsPerFile: 4 }, [bookworm, damaged]);
    expect(seen.problems.filter((problem) => problem.startsWith('dpkg-stanza-incomplete'))).toHaveLength(4);
    expect(seen.problems).toContain(
      'file-too-many-problems: "var/lib/dpkg/status" has 46 more problems like those named.',
    );
  });

  it('is not even kept while a database is read, where it is too many: of a million stanzas only the number is', async () => {
    const limits = { packagesPerFile: 2, problemsPerFile: 1 };
    const noise = 'Package: half\nStatus: install ok installed\n\n'.repeat(5);
    const status = { path: 'var/lib/dpkg/status', content: `${dpkgStatus('a=1 b=1 c=1 d=1 e=1')}${noise}` };
    const apk = { path: 'lib/apk/db/installed', content: `${apkInstalled('a=1 b=1 c=1')}${'P:half\n\n'.repeat(3)}` };
    const seen = async (item: TarItem) =>
      (await inventoryWith(limits, [bookworm, item])).problems.filter((problem) => problem.startsWith('file-'));
    expect(await seen(status)).toEqual([
      'file-too-many-packages: "var/lib/dpkg/status" states more than 2 packages; 3 were left out.',
      'file-too-many-problems: "var/lib/dpkg/status" has 4 more problems like those named.',
    ]);
    expect(await seen(apk)).toEqual([
      'file-too-many-packages: "lib/apk/db/installed" states more than 2 packages; 1 were left out.',
      'file-too-many-problems: "lib/apk/db/installed" has 2 more problems like those named.',
    ]);
  });
});
