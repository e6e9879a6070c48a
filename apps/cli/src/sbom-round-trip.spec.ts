import { nothingToAssess, type Inventory, type Release } from '@tidewaiter/contracts';
import { ecosystems, type Ecosystem } from '@tidewaiter/ecosystems';
import { readImage, readSbom } from '@tidewaiter/engine';
import { reportFormats, type ReportFormat } from '@tidewaiter/reports';
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

async function readBack(format: ReportFormat, inventory: Inventory): Promise<Inventory> {
  const context = { tool: { name: 'tidewaiter', version: '1' } };
  const document = JSON.stringify(format.document([{ target: 'image.tar', inventory }], context));
  return (await readSbom(() => Promise.resolve(Buffer.from(document)), 'document')).inventory;
}

/** A package of an ecosystem as its extractor would have read it, in two versions where they may have an epoch. */
function packagesOf({ distro, purlType, identify }: Ecosystem, release: Release | undefined): Inventory['packages'] {
  const name = purlType === 'maven' ? 'Org.group:artifact' : 'Vendor/Name';
  const packages =
    distro === undefined
      ? [identify({ name, version: '1.2.3' })]
      : ['1.2.3-4', '1:1.2.3-4'].map((version) =>
          identify({ name: 'libFoo', version, architecture: 'x86_64', source: { name: 'foo', version } }, release),
        );
  return packages.map((pkg) => ({ ...pkg, locations: [] }));
}

describe.each(reportFormats.filter(({ of }) => of.includes('inventory')))('an image’s $id', (format) => {
  it.each(ecosystems.map((ecosystem) => [ecosystem.id, ecosystem] as const))(
    'read back names packages of %s as before',
    async (_id, ecosystem) => {
      const [id] = ecosystem.distro?.ids ?? [];
      // What tells CentOS Stream from CentOS.
      const os = id === undefined ? undefined : { id, versionId: '9.3', prettyName: `${id} Stream 9.3` };
      const packages = packagesOf(ecosystem, os);
      const inventory: Inventory = {
        image: os === undefined ? {} : { os },
        layers: [],
        packages,
        executables: [],
        assessability: nothingToAssess,
        complete: true,
        problems: [],
      };
      const again = await readBack(format, inventory);
      expect(again.packages).toEqual(packages);
    },
  );

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
    const again = await readBack(format, inventory);
    expect(again.packages).toEqual(inventory.packages.map(({ layer: _, ...pkg }) => pkg));
    expect(again.image.os).toEqual(release);
    expect(again).toMatchObject({ complete: true, problems: [] });
    expect(again.image.digest).toBe(read.image.digest);
  });

  it('read back is as incomplete as the image was', async () => {
    const problem = { code: 'file-invalid', message: 'It is no JSON: it was not read.', path: 'app/package.json' };
    const read = await imageInventory();
    const again = await readBack(format, { ...read, complete: false, problems: [problem] });
    expect(again).toMatchObject({
      complete: false,
      problems: [{ code: problem.code, message: expect.stringContaining(problem.message) as string }],
    });
  });
});
