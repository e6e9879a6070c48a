import type { Inventory } from '@tidewaiter/contracts';
import { readImage, readSbom } from '@tidewaiter/engine';
import { reportFormats } from '@tidewaiter/reports';
import { bookworm, layered, npmPackage } from '@tidewaiter/testing';

const status = [
  'Package: libstdc++6\nStatus: install ok installed\nArchitecture: amd64\nSource: gcc-12 (12.2.0-14)\nVersion: 12.2.0-14+deb12u1\n',
  'Package: attr\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.5.1-4+b1\n',
];

async function imageInventory(): Promise<Inventory> {
  const [reading] = await readImage(
    layered([
      [bookworm, { path: 'var/lib/dpkg/status', content: status.join('\n') }],
      [
        npmPackage('app/node_modules/lodash', '4.17.15'),
        npmPackage('app/node_modules/@scope/name', '1.0.0', '@scope/name'),
      ],
    ]),
  );
  if (reading?.kind !== 'inventory') throw new Error('not read');
  return reading.inventory;
}

describe.each(reportFormats.filter(({ of }) => of.includes('inventory')))('an image’s $id', (format) => {
  it('read back has the same packages, from the same distribution', async () => {
    const read = await imageInventory();
    const [owner, owned] = read.packages;
    if (owner === undefined || owned === undefined) throw new Error('no packages');
    const release = {
      ...read.image.os,
      id: 'debian',
      versionCodename: 'bookworm',
      idLike: ['x'],
      support: ['esm-infra'],
    };
    const inventory: Inventory = {
      ...read,
      image: { ...read.image, os: release },
      packages: [owner, { ...owned, ownedBy: owner.purl, isLocked: true, isVendored: true }, ...read.packages.slice(2)],
    };
    expect(inventory.packages).toHaveLength(4);
    const document = format.document([{ target: 'image.tar', inventory }], {
      tool: { name: 'tidewaiter', version: '1' },
    });
    const again = await readSbom(() => Promise.resolve(Buffer.from(JSON.stringify(document))), 'document');
    expect(again.packages).toEqual(inventory.packages.map(({ layer: _, ...pkg }) => pkg));
    expect(again.image.os).toEqual(release);
    expect(again).toMatchObject({ complete: true, problems: [] });
  });
});
