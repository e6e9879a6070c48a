import { extracted } from '../spec-extraction';
import { javaArchive } from './java-archive';
import { descriptor, jar, manifest } from './spec-jars';

async function read(path: string, bytes: Buffer): Promise<readonly string[]> {
  const { packages, problems } = await extracted(javaArchive, path, bytes);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const stub = Buffer.from(`#!/bin/sh\nexec java -jar "$0" "$@"\n${'# \n'.repeat(6000)}`);
const log4j = jar(descriptor('org.apache.logging.log4j', 'log4j-core', '2.14.1'));
const application = {
  ...manifest({ 'Main-Class': 'org.example.Main' }),
  ...descriptor('org.example', 'tool', '1.0'),
  'BOOT-INF/lib/log4j-core-2.14.1.jar': log4j,
};

describe('a program that is an archive behind a script, or one without an ending', () => {
  it.each(['usr/local/bin/ktlint', 'app/application', 'opt/tool.run'])('is read: %s', async (path) => {
    const expected = ['org.example:tool@1.0', 'org.apache.logging.log4j:log4j-core@2.14.1'];
    expect(await read(path, jar(application, { stub }))).toEqual(expected);
    expect(await read(path, jar(application))).toEqual(expected);
  });

  it('says what is wrong with it', async () => {
    const bytes = jar({ ...manifest({}), 'lib/a.jar': 'no zip' }, { stub });
    expect(await read('usr/bin/tool', bytes)).toContain('zip-unreadable');
  });

  it.each([
    ['a script alone', stub],
    ['another application in a zip', jar({ '__main__.py': '', 'x.jar': log4j }, { stub })],
    ['one without its end', jar(application, { stub }).subarray(0, -30)],
  ])('is none of %s', async (_, bytes) => {
    expect(await read('usr/bin/tool', bytes)).toEqual([]);
  });
});
