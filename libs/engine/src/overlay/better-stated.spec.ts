import { elfBytes } from '@tidewaiter/formats';
import { bookworm, dpkg, layered, type TarItem } from '@tidewaiter/testing';
import { inventoryOf, lines } from '../spec-images';

function java(path: string, version: string): TarItem {
  const words = ['%s: %s', 'openjdk', 'java', '0.0', `${version}+10-LTS`].map((word) => `${word}\0`).join('');
  return {
    path,
    content: elfBytes({ sections: [{ name: '.rodata', content: Buffer.from(`\0${words}`) }] }),
    mode: 0o755,
  };
}

function release(path: string, fields: Readonly<Record<string, string>>): TarItem {
  const text = Object.entries(fields).map(([key, value]) => `${key}="${value}"\n`);
  return { path, content: text.join('') };
}

async function found(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  return lines(await inventoryOf(layered(layers)));
}

const temurin = { IMPLEMENTOR: 'Eclipse Adoptium', JAVA_VERSION: '25.0.2' };

describe('a Java runtime that its release file and bin/java state', () => {
  it('is one package with both places, whichever layer each came with', async () => {
    const parts = [[java('opt/jre/bin/java', '25.0.2')], [release('opt/jre/release', temurin)]];
    expect(await found(parts.flat())).toEqual(['openjdk@25.0.2 #0 opt/jre/bin/java opt/jre/release']);
    expect(await found(...parts)).toEqual(['openjdk@25.0.2 #1 opt/jre/bin/java opt/jre/release']);
  });

  it('is what the release file says where that knows more', async () => {
    const zulu = { IMPLEMENTOR_VERSION: 'Zulu25.44+53-CA', JAVA_VERSION: '25.0.2' };
    expect(await found([java('jre/bin/java', '25.0.2'), release('jre/release', zulu)])).toEqual([
      'openjdk@25.0.2 #0 jre/bin/java jre/release',
    ]);
    const graal = { GRAALVM_VERSION: '25.0.2', JAVA_VERSION: '25.0.2' };
    expect(await found([java('jre/bin/java', '25.0.2'), release('jre/release', graal)])).toEqual([
      'graalvm@25.0.2 #0 jre/bin/java jre/release',
    ]);
  });

  it('is found through a link, and in the JRE inside a JDK, which has no file of its own', async () => {
    const items = [
      java('opt/jdk/bin/java', '25.0.2'),
      java('opt/jdk/jre/bin/java', '25.0.2'),
      release('opt/jdk-25/release', temurin),
      { path: 'opt/jdk/release', symlink: '../jdk-25/release' },
    ];
    expect(await found(items)).toEqual(['openjdk@25.0.2 #0 opt/jdk-25/release opt/jdk/bin/java opt/jdk/jre/bin/java']);
  });

  it('is two where they are of two versions, or lie in two places', async () => {
    const other = release('opt/jre/release', { JAVA_VERSION: '17.0.8' });
    expect(await found([java('opt/jre/bin/java', '25.0.2'), other])).toEqual([
      'openjdk@17.0.8 #0 opt/jre/release',
      'openjdk@25.0.2 #0 opt/jre/bin/java',
    ]);
    expect(await found([java('a/bin/java', '25.0.2')], [release('b/release', temurin)])).toEqual([
      'openjdk@25.0.2 #0 a/bin/java',
      'openjdk@25.0.2 #1 b/release',
    ]);
  });

  it('is the release file alone where a distro brought the program', async () => {
    const owned = [bookworm, dpkg('openjdk-25-jre=25.0.2'), java('opt/jre/bin/java', '25.0.2')];
    const list = { path: 'var/lib/dpkg/info/openjdk-25-jre.list', content: '/opt/jre/bin/java\n' };
    expect(await found([...owned, list], [release('opt/jre/release', temurin)])).toContain(
      'openjdk@25.0.2 #1 opt/jre/release',
    );
  });
});
