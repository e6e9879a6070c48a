import { zipBytes } from '@tidewaiter/formats';
import { defaultExtractLimits, layerFileOf, type ArchiveLimits } from '../extractor';
import { extracted } from '../spec-extraction';
import { javaArchive } from './java-archive';
import { descriptor, jar } from './spec-jars';

async function read(path: string, bytes: Buffer): Promise<readonly string[]> {
  const { packages, problems } = await extracted(javaArchive, path, bytes);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const log4j = jar(descriptor('org.apache.logging.log4j', 'log4j-core', '2.14.1'));

describe('a hostile archive', () => {
  async function readWithin(bytes: Buffer, limits: Partial<ArchiveLimits>): Promise<readonly string[]> {
    const context = { wantsOwner: () => false, limits: { ...defaultExtractLimits, ...limits } };
    const { packages, problems } = await javaArchive.extract(layerFileOf('x.jar', bytes), context);
    return [...packages.map((pkg) => pkg.name), ...problems.map((problem) => problem.code)];
  }

  it.each([
    ['a line feed', Buffer.from('\n')],
    ['sixteen zeros', Buffer.alloc(16)],
    ['thousands of bytes', Buffer.alloc(5000, 'x')],
    ['a signature', Buffer.from('\r\n-----sig')],
  ])('is read with all that is in it where %s follows its end, as the JVM reads it', async (_, after) => {
    const inner = Buffer.concat([log4j, after]);
    const outer = jar({ ...descriptor('g', 'outer', '1'), 'log4j-core-2.14.1.jar': inner });
    expect(await readWithin(Buffer.concat([outer, after]), {})).toEqual([
      'g:outer',
      'org.apache.logging.log4j:log4j-core',
    ]);
  });

  it('nested too deep loses the depth and nothing else', async () => {
    let deep = jar(descriptor('g', 'deep', '1'));
    for (let level = 0; level < 3; level++) deep = jar({ ...descriptor('g', `level${level}`, '1'), 'in.jar': deep });
    expect(await readWithin(deep, { archiveDepth: 2 })).toEqual(['g:level2', 'g:level1', 'archive-too-deep']);
  });

  it('with too many entries or bytes loses those and nothing else', async () => {
    const many = jar(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}.txt`, ''])));
    const bytes = jar({ 'many.jar': many, 'log4j-core-2.14.1.jar': log4j });
    expect(await readWithin(bytes, { archiveEntries: 10 })).toEqual([
      'org.apache.logging.log4j:log4j-core',
      'zip-too-large',
    ]);
    const context = { wantsOwner: () => false, limits: { ...defaultExtractLimits, archiveEntries: 10 } };
    const { problems } = await javaArchive.extract(layerFileOf('x.jar', bytes), context);
    expect(problems[0]?.message).toBe(
      '"x.jar!/many.jar" has a directory of 20 entries, of which at most 8 are read: what is left of 10 for one file and all archives in it.',
    );
    const large = jar({
      'large.jar': jar({ 'a.bin': 'x'.repeat(9000) }, { stored: true }),
      'log4j-core-2.14.1.jar': log4j,
    });
    expect(await readWithin(large, { archiveBytes: 5000 })).toEqual([
      'org.apache.logging.log4j:log4j-core',
      'archive-too-large',
    ]);
  });

  it('that is a bomb inside is not inflated', async () => {
    const bytes = jar({ 'bomb.jar': Buffer.alloc(5_000_000), 'log4j-core-2.14.1.jar': log4j });
    expect(await readWithin(bytes, {})).toEqual(['org.apache.logging.log4j:log4j-core', 'zip-entry-ratio']);
  });

  it('with entries whose names lead elsewhere leaves those unread (zip-slip)', async () => {
    const bytes = jar({
      '../../evil.jar': log4j,
      '/etc/evil.jar': log4j,
      'a\n.jar': log4j,
      'ok/log4j-core-2.14.1.jar': log4j,
    });
    expect(await readWithin(bytes, {})).toEqual([
      'org.apache.logging.log4j:log4j-core',
      'zip-entry-name',
      'zip-entry-name',
      'zip-entry-name',
    ]);
  });

  it('with encrypted, damaged and overlapping entries says so for each', async () => {
    const name = 'META-INF/maven/g/a/pom.properties';
    expect(await readWithin(zipBytes([{ name, text: 'x', flags: 1 }]), {})).toContain('zip-entry-encrypted');
    expect(await readWithin(zipBytes([{ name, text: 'x', inflatedBytes: 9 }]), {})).toContain('zip-entry-damaged');
    const inner = { name: 'a.jar', text: log4j.toString('latin1'), encoding: 'latin1' as const, stored: true };
    const shared = Array.from({ length: 30 }, (_, at) => ({ ...inner, name: `${at}.jar`, reusesFirst: at > 0 }));
    const found = await readWithin(zipBytes(shared), {});
    expect(found).toContain('zip-too-large');
    expect(found.filter((each) => each.startsWith('org.')).length).toBeLessThan(20);
  });

  it('with a thousand broken archives inside names fifty and counts the rest', async () => {
    const bytes = jar(Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${at}.jar`, 'no zip'])), {
      stored: true,
    });
    const { problems } = await extracted(javaArchive, 'x.jar', bytes);
    expect(problems.length).toBe(51);
    expect(problems.at(-1)).toMatchObject({
      code: 'java-archive-problems',
      message: expect.stringContaining('950 more'),
    });
  });

  it.each([
    ['a.jar', 'this is no archive', ['zip-unreadable']],
    ['a.jar', '', []],
    ['a.rar', 'Rar!\u001a\u0007', []],
    ['backup.par', 'PAR2\0PKT', []],
  ])('%s of %j ends in %j: other formats share some endings', async (path, text, expected) => {
    expect(await read(path, Buffer.from(text))).toEqual(expected);
  });
});
