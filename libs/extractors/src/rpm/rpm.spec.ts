import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { defaultExtractLimits, layerFileOf, type Extraction } from '../extractor';
import { tags } from './header';
import { rpm } from './rpm';
import { headerBlob, ndbOf, type HeaderValue } from './spec-database';
import { linesOfExtraction, linesOfRpm } from './spec-rpm-answer';

function read(bytes: Buffer, path = 'var/lib/rpm/Packages'): Promise<Extraction> {
  return rpm.extract(layerFileOf(path, bytes), { wantsOwner: () => true, limits: defaultExtractLimits });
}

function fixture(form: string): { readonly bytes: Buffer; readonly answer: string } {
  const at = new URL(`./__fixtures__/${form}`, import.meta.url).pathname;
  return { bytes: gunzipSync(readFileSync(`${at}.gz`)), answer: readFileSync(`${at}.txt`, 'utf8') };
}

const bash = {
  [tags.name]: 'bash',
  [tags.version]: '5.1.8',
  [tags.release]: '6.el9',
  [tags.architecture]: 'x86_64',
  [tags.sourceRpm]: 'bash-5.1.8-6.el9.src.rpm',
};

async function packagesOf(...headers: readonly Readonly<Record<number, HeaderValue>>[]) {
  return (await read(ndbOf(headers.map(headerBlob)))).packages;
}

describe.each(['bdb', 'bdb-big-endian', 'ndb'])('an rpm database in the form %s, written by rpm', (form) => {
  const { bytes, answer } = fixture(form);

  it('gives every field and file as rpm -qa does, under any file name', async () => {
    const extraction = await read(bytes, 'usr/lib/sysimage/rpm/rpmdb.sqlite');
    const expected = linesOfRpm(answer);
    expect(expected.length).toBeGreaterThan(150);
    expect(linesOfExtraction(extraction, answer)).toEqual(expected);
    expect(extraction.problems).toEqual([]);
  });

  it('knows the packages of the image’s own distro: EPEL’s on Red Hat’s are a third party’s (trap 14)', async () => {
    const { packages } = await read(bytes);
    const own = packages.filter((pkg) => pkg.isDistroMaintained === true).map((pkg) => pkg.name);
    expect(own.sort()).toEqual(['nodejs', 'npm', 'redhat-release']);
  });

  it('cut short at any place says so and gives no package that is not there', async () => {
    const all = new Set((await read(bytes)).packages.map((pkg) => pkg.name));
    for (let length = 128; length < bytes.length; length += 1487) {
      const { packages, problems } = await read(bytes.subarray(0, length));
      expect(packages.every((pkg) => all.has(pkg.name))).toBe(true);
      if (packages.length < all.size) expect(problems.map((problem) => problem.code)).toEqual(['rpm-database-damaged']);
    }
  });

  it('with any byte wrong ends, without an exception and without more packages', async () => {
    const { length } = (await read(bytes)).packages;
    for (let at = 0; at < bytes.length; at += at < 72 ? 1 : 1229) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      expect((await read(copy)).packages.length).toBeLessThanOrEqual(length + 1);
    }
  });
});

describe('an rpm package', () => {
  it.each([
    [undefined, '5.1.8-6.el9'],
    [0, '0:5.1.8-6.el9'],
    [4_000_000_000, '4000000000:5.1.8-6.el9'],
  ])('with the epoch %j has the version %s', async (epoch, version) => {
    const [found] = await packagesOf(epoch === undefined ? bash : { ...bash, [tags.epoch]: epoch });
    expect(found?.version).toBe(version);
  });

  it('has a source without an epoch, whatever its own is (trap 13)', async () => {
    const header = { ...bash, [tags.epoch]: 4, [tags.sourceRpm]: 'perl-5.26.3-419.el8.src.rpm' };
    expect((await packagesOf(header))[0]?.source).toEqual({ name: 'perl', version: '5.26.3-419.el8' });
  });

  it.each([
    ['a-b-1.0-2.nosrc.rpm', { name: 'a-b', version: '1.0-2' }],
    ['(none)', undefined],
    ['', undefined],
    ['odd.src.rpm', undefined],
    ['-1-2.src.rpm', undefined],
  ])('takes its source from %j', async (sourceRpm, source) => {
    expect((await packagesOf({ ...bash, [tags.sourceRpm]: sourceRpm }))[0]?.source).toEqual(source);
  });

  it.each([
    ['nodejs:12:8030020201124152102:229f0a1c', 'nodejs:12'],
    ['perl:5.30', 'perl:5.30'],
    ['', undefined],
    ['perl', undefined],
  ])('of the module %j is judged by the advisories of its stream (trap 7)', async (label, module) => {
    expect((await packagesOf({ ...bash, [tags.modularityLabel]: label }))[0]?.module).toBe(module);
  });

  it.each([
    ['Red Hat, Inc.', '6.el9', true],
    ['Rocky Enterprise Software Foundation', '6.el9', true],
    ['SUSE LLC <https://www.suse.com/>', '150400.1', true],
    ['Fedora Project COPR (someone/something)', '6.el9', undefined],
    ['Remi Collet', '6.el9.remi', undefined],
    ['NodeSource', '1nodesource', undefined],
    // trap 42: Amazon's packages that have no vendor.
    [undefined, '6.amzn2.0.1', true],
    [undefined, '6.el9', undefined],
  ])('of the vendor %j and the release %s is the distro’s: %j', async (vendor, release, expected) => {
    const header = { ...bash, [tags.release]: release };
    const [found] = await packagesOf(vendor === undefined ? header : { ...header, [tags.vendor]: vendor });
    expect(found?.isDistroMaintained).toBe(expected);
  });

  it('of one distro’s vendor is a third party’s on another distro', async () => {
    const release = {
      ...bash,
      [tags.name]: 'rocky-release',
      [tags.vendor]: 'Rocky',
      [tags.directoryNames]: ['/usr/lib/'],
      [tags.baseNames]: ['os-release'],
      [tags.directoryIndexes]: [0],
    };
    const found = await packagesOf(
      { ...bash, [tags.name]: 'dotnet', [tags.vendor]: 'Microsoft Corporation' },
      release,
      { ...bash, [tags.vendor]: 'Rocky Enterprise Software Foundation' },
    );
    expect(found.filter((pkg) => pkg.isDistroMaintained === true).map((pkg) => pkg.name)).toEqual([
      'rocky-release',
      'bash',
    ]);
  });

  it('is named with version and architecture as the owner of its files where its name is not enough', async () => {
    const files = (path: string) => ({
      [tags.directoryNames]: ['/'],
      [tags.baseNames]: [path],
      [tags.directoryIndexes]: [0],
    });
    const kernel = { ...bash, [tags.name]: 'kernel' };
    const { ownedFiles } = await read(
      ndbOf(
        [
          { ...bash, ...files('sh') },
          { ...kernel, ...files('one') },
          { ...kernel, [tags.release]: '7.el9', ...files('two') },
        ].map(headerBlob),
      ),
    );
    expect(ownedFiles).toEqual([
      { name: 'bash', paths: ['sh'] },
      { name: 'kernel', version: '5.1.8-6.el9', architecture: 'x86_64', paths: ['one'] },
      { name: 'kernel', version: '5.1.8-7.el9', architecture: 'x86_64', paths: ['two'] },
    ]);
  });

  it('that is a key of a repository is none', async () => {
    expect(await packagesOf({ ...bash, [tags.name]: 'gpg-pubkey' })).toEqual([]);
  });
});

describe('a damaged header', () => {
  async function damaged(change: (blob: Buffer) => void) {
    const blob = headerBlob({ ...bash, [tags.fileFlags]: [1, 2], [tags.baseNames]: ['a', 'b'] });
    change(blob);
    const { packages, problems } = await read(ndbOf([blob, headerBlob({ ...bash, [tags.name]: 'zsh' })]));
    return [packages.map((pkg) => pkg.name), problems.map((problem) => problem.code)];
  }
  const broken = ['rpm-database-damaged'];

  it.each([
    ['no entries', 0],
    ['more entries than bytes', 0x10000],
    ['absurdly many entries', 0xffffffff],
  ])('with %s costs its package and no other', async (_name, count) => {
    expect(await damaged((blob) => blob.writeUInt32BE(count, 0))).toEqual([['zsh'], broken]);
  });

  it('with more data than there is gives what is there', async () => {
    expect(await damaged((blob) => blob.writeUInt32BE(0x7fffffff, 4))).toEqual([['bash', 'zsh'], broken]);
  });

  it.each([
    ['a negative offset', 8, -1],
    ['an offset beyond the end', 8, 100_000],
    ['an absurd count', 12, -1],
    ['an unknown type', 4, 77],
  ])('with %s in one entry says so and gives the rest', async (_name, at, value) => {
    // Entries stand in the order of their tags: the sixth is that of the file flags.
    expect(await damaged((blob) => blob.writeInt32BE(value, 8 + 16 * 5 + at))).toEqual([['bash', 'zsh'], broken]);
    // Without its name a package is none.
    expect(await damaged((blob) => blob.writeInt32BE(value, 8 + at))).toEqual([['zsh'], broken]);
  });

  it('whose last text does not end is read to the end', async () => {
    const blob = headerBlob({ ...bash, [tags.modularityLabel]: 'perl:5.30' });
    expect((await read(ndbOf([blob.subarray(0, -1)]))).packages).toMatchObject([{ module: 'perl:5.30' }]);
  });
});

describe('files beside the database', () => {
  it('are no database when they are of no known form, which is said', async () => {
    const { packages, problems } = await read(Buffer.alloc(0));
    expect([packages, problems.map((problem) => problem.code)]).toEqual([[], ['rpm-database-unknown']]);
  });

  it('that are an emptied log are fine', async () => {
    expect(await read(Buffer.alloc(0), 'var/lib/rpm/rpmdb.sqlite-wal')).toEqual({ packages: [], problems: [] });
  });
});

describe('the manifest of an image without rpm', () => {
  const path = 'var/lib/rpmmanifest/container-manifest-2';

  it('gives its packages', async () => {
    const text =
      'filesystem\t1.1-9.cm2\t1653816591\t1653628924\tMicrosoft Corporation\t(none)\t7596\tx86_64\t0\tfilesystem-1.1-9.cm2.src.rpm\n' +
      'bind-libs\t9.16-1\t1\t1\tSomebody\t(none)\t1\tnoarch\t32\t(none)\n';
    expect(await read(Buffer.from(text), path)).toEqual({
      packages: [
        {
          name: 'filesystem',
          version: '1.1-9.cm2',
          architecture: 'x86_64',
          source: { name: 'filesystem', version: '1.1-9.cm2' },
          isDistroMaintained: true,
        },
        { name: 'bind-libs', version: '32:9.16-1', architecture: 'noarch' },
      ],
      problems: [],
    });
  });

  it('says which lines are none', async () => {
    const { packages, problems } = await read(Buffer.from('a\t1-1\nonly words\n'), path);
    expect([packages, problems.map((problem) => problem.code)]).toEqual([[], ['rpm-manifest-damaged']]);
  });
});
