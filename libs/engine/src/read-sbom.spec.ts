import { Inventory } from '@tidewaiter/contracts';
import { defaultLimits, type Limits } from '@tidewaiter/image';
import { readSbom } from './read-sbom';

async function inventoryOf(...components: readonly object[]): Promise<Inventory> {
  const document = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
  return (await readSbom(() => Promise.resolve(Buffer.from(document)), 'sbom.json')).inventory;
}

const library = { type: 'library', name: 'x', version: '1' };

describe('readSbom', () => {
  it('names packages as those of an image, in an order of its own', async () => {
    const inventory = await inventoryOf(
      { ...library, purl: 'pkg:npm/x@1' },
      { ...library, purl: 'pkg:deb/debian/bash@5?arch=amd64&distro=debian-12&upstream=bash%405' },
      { type: 'operating-system', name: 'debian', version: '12' },
    );
    expect(Inventory.parse(inventory)).toEqual(inventory);
    expect(inventory).toMatchObject({
      image: { os: { id: 'debian', versionId: '12' } },
      layers: [],
      complete: true,
      packages: [
        {
          ecosystem: 'Debian:12',
          name: 'bash',
          purl: 'pkg:deb/debian/bash@5?arch=amd64&distro=debian-12',
          source: { name: 'bash', version: '5' },
        },
        { ecosystem: 'npm', name: 'x', purl: 'pkg:npm/x@1' },
      ],
    });
  });

  it('trap: two spellings of one name are one package', async () => {
    const both = (type: string, ...names: readonly string[]) =>
      names.map((name) => ({ ...library, name, purl: `pkg:${type}/${name}@1` }));
    const inventory = await inventoryOf(
      ...both('pypi', 'jinja2', 'Jinja2'),
      ...both('nuget', 'newtonsoft.json', 'Newtonsoft.Json'),
    );
    expect(inventory.packages.map(({ name, purl }) => [name, purl])).toEqual([
      ['Newtonsoft.Json', 'pkg:nuget/Newtonsoft.Json@1'],
      ['Jinja2', 'pkg:pypi/jinja2@1'],
    ]);
  });

  it('knows what is part of what, by the names of the inventory', async () => {
    const program = { type: 'application', 'bom-ref': 'app', name: 'app', purl: 'pkg:pypi/My_App' };
    const part = { ...library, 'bom-ref': 'part', name: 'part_1', purl: 'pkg:pypi/part_1@1?package-id=0' };
    const document = {
      ...{ bomFormat: 'CycloneDX', specVersion: '1.6', components: [program, part] },
      dependencies: [{ ref: 'app', dependsOn: ['part'] }],
    };
    const bytes = Buffer.from(JSON.stringify(document));
    const { inventory, isHeld } = await readSbom(() => Promise.resolve(bytes), 'sbom.json');
    const [{ purl } = { purl: '' }] = inventory.packages;
    const holders = ['pkg:pypi/my-app', 'pkg:pypi/my-app@2', 'pkg:pypi/other'];
    expect([purl, holders.map((holder) => isHeld?.(holder, purl))]).toEqual([
      'pkg:pypi/part-1@1',
      [true, false, false],
    ]);
  });

  it('keeps to the limits it is given', async () => {
    const inside = { ...library, name: 'y', purl: 'pkg:npm/y@1' };
    const outer = { ...library, purl: 'pkg:npm/x@1', components: [inside] };
    const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [outer] });
    const read = (limits: Partial<Limits>) =>
      readSbom((limitBytes) => Promise.resolve(Buffer.from(text).subarray(0, limitBytes)), 'sbom.json', {
        limits: { ...defaultLimits, ...limits },
      });
    await expect(read({ sbomBytes: 100 })).rejects.toMatchObject({ code: 'sbom-too-large' });
    expect(await read({ sbomComponents: 1 })).toMatchObject({
      inventory: { packages: [{ name: 'x' }], problems: [{ code: 'sbom-too-many-components' }] },
    });
    expect(await read({ sbomDepth: 1 })).toMatchObject({
      inventory: { packages: [{ name: 'x' }], problems: [{ code: 'sbom-too-deep' }] },
    });
  });

  it('keeps what it cannot judge under its own name, and is not complete', async () => {
    const inventory = await inventoryOf(
      { ...library, purl: 'pkg:mlflow/creditfraud@3' },
      { ...library, purl: 'pkg:deb/somebody/bash@5?distro=somebody-1' },
    );
    expect(inventory).toMatchObject({
      complete: false,
      packages: [
        { ecosystem: 'mlflow', name: 'creditfraud', purl: 'pkg:mlflow/creditfraud@3' },
        { ecosystem: 'somebody', name: 'bash' },
      ],
    });
    expect(inventory.problems.map(({ code }) => code)).toEqual([
      'sbom-packages-unsupported',
      'sbom-packages-unsupported',
    ]);
  });

  it('names an owner as the inventory does, and lets packages of languages own none', async () => {
    const [bash, x] = ['pkg:deb/debian/bash@5?upstream=bash&distro=debian-12', 'pkg:npm/x@1'];
    const owned = (purl: string, ownedBy: string): object => ({
      ...{ ...library, purl },
      properties: [{ name: 'tidewaiter:ownedBy', value: ownedBy }],
    });
    const inventory = await inventoryOf({ ...library, purl: bash }, owned(x, bash), owned('pkg:npm/y@1', x));
    expect(inventory.packages.map(({ purl, ownedBy }) => [purl, ownedBy])).toEqual([
      ['pkg:deb/debian/bash@5?distro=debian-12', undefined],
      [x, 'pkg:deb/debian/bash@5?distro=debian-12'],
      ['pkg:npm/y@1', undefined],
    ]);
  });

  it('lets a package that the document has speak for another, and no other', async () => {
    const bash = 'pkg:deb/debian/bash@5?distro=debian-12';
    const owned = (ownedBy: string): object => ({
      ...library,
      purl: 'pkg:npm/x@1',
      properties: [
        { name: 'tidewaiter:ecosystem', value: 'npm' },
        { name: 'tidewaiter:ownedBy', value: ownedBy },
      ],
    });
    const inventory = await inventoryOf({ ...library, purl: bash }, owned(bash), owned('pkg:deb/debian/zsh@5'));
    expect(inventory.packages.map(({ ownedBy }) => ownedBy)).toEqual([undefined, bash, undefined]);
  });

  it('knows the image that the document is about by its digest', async () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const document = {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { type: 'container', name: 'x', version: digest } },
    };
    expect((await readSbom(() => Promise.resolve(Buffer.from(JSON.stringify(document))), 'x')).inventory.image).toEqual(
      {
        digest,
      },
    );
  });

  it('is not complete where the document says that it is not', async () => {
    const root = { type: 'application', name: 'x', 'bom-ref': 'x' };
    const read = async (composition: object): Promise<readonly string[]> => {
      const document = {
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        metadata: { component: root },
        compositions: [composition],
      };
      const { problems } = (await readSbom(() => Promise.resolve(Buffer.from(JSON.stringify(document))), 'x'))
        .inventory;
      return problems.map(({ code }) => code);
    };
    expect(await read({ aggregate: 'incomplete' })).toEqual(['sbom-incomplete']);
    expect(await read({ aggregate: 'incomplete_first_party_only', assemblies: ['x'] })).toEqual(['sbom-incomplete']);
    expect(await read({ aggregate: 'incomplete', assemblies: ['y'] })).toEqual([]);
    expect(await read({ aggregate: 'complete', assemblies: ['x'] })).toEqual([]);
  });

  it('says what is wrong with a file that is no bill of materials', async () => {
    await expect(readSbom(() => Promise.resolve(Buffer.from('{}')), 'x.json')).rejects.toThrow(
      'x.json is JSON, but neither CycloneDX nor SPDX nor an attestation of one.',
    );
  });
});
