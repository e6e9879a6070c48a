import { extracted } from '../spec-extraction';
import { javaRuntime } from './java-runtime';

async function read(lines: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const content = Object.entries(lines)
    .map(([key, value]) => `${key}="${value}"\n`)
    .join('');
  const { packages, problems } = await extracted(javaRuntime, 'opt/java/release', content);
  return [
    ...packages.flatMap((pkg) => [`${pkg.name} ${pkg.version}`, ...(pkg.cpes ?? [])]),
    ...problems.map((problem) => problem.code),
  ];
}

describe('the release file of a Java runtime', () => {
  it.each([
    [
      { IMPLEMENTOR: 'Debian', JAVA_RUNTIME_VERSION: '17.0.15+6-Debian-1deb12u1', JAVA_VERSION: '17.0.15' },
      ['openjdk 17.0.15', 'cpe:2.3:a:oracle:openjdk:17.0.15:*:*:*:*:*:*:*'],
    ],
    [
      { IMPLEMENTOR: 'Eclipse Adoptium', IMPLEMENTOR_VERSION: 'Temurin-25.0.3+9', JAVA_VERSION: '25.0.3' },
      ['openjdk 25.0.3', 'cpe:2.3:a:oracle:openjdk:25.0.3:*:*:*:*:*:*:*'],
    ],
    [
      { IMPLEMENTOR: 'Azul Systems, Inc.', IMPLEMENTOR_VERSION: 'Zulu17.44+53-CA', JAVA_VERSION: '17.0.8' },
      ['openjdk 17.0.8', 'cpe:2.3:a:oracle:openjdk:17.0.8:*:*:*:*:*:*:*', 'cpe:2.3:a:azul:zulu:17.44:*:*:*:*:*:*:*'],
    ],
    [
      { IMPLEMENTOR: 'Oracle Corporation', BUILD_TYPE: 'commercial', JAVA_VERSION: '21.0.2' },
      ['jdk 21.0.2', 'cpe:2.3:a:oracle:jdk:21.0.2:*:*:*:*:*:*:*', 'cpe:2.3:a:oracle:jre:21.0.2:*:*:*:*:*:*:*'],
    ],
    [
      { IMPLEMENTOR: 'Oracle Corporation', BUILD_TYPE: 'commercial', JAVA_VERSION: '1.8.0_321' },
      [
        'jdk 1.8.0_321',
        'cpe:2.3:a:oracle:jdk:1.8.0:update321:*:*:*:*:*:*',
        'cpe:2.3:a:oracle:jre:1.8.0:update321:*:*:*:*:*:*',
      ],
    ],
    [{ JAVA_VERSION: '1.8.0_402' }, ['openjdk 1.8.0_402', 'cpe:2.3:a:oracle:openjdk:8:update402:*:*:*:*:*:*']],
    [
      { IMPLEMENTOR: 'GraalVM Community', GRAALVM_VERSION: '22.3.1', JAVA_VERSION: '17.0.6' },
      [
        'graalvm 22.3.1',
        'cpe:2.3:a:oracle:graalvm:22.3.1:*:*:*:*:*:*:*',
        'cpe:2.3:a:oracle:openjdk:17.0.6:*:*:*:*:*:*:*',
      ],
    ],
  ])('%j is %j', async (lines, expected) => {
    expect(await read(lines)).toEqual(expected);
  });

  it('says so when it states no version that can be read', async () => {
    expect(await read({ JAVA_VERSION: 'internal' })).toEqual(['java-release-invalid']);
  });

  it('is not taken for one when it is of something else', async () => {
    expect(await read({ VERSION: '1.0', NAME: 'x' })).toEqual([]);
  });
});
