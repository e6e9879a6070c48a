// Asks Maven's ComparableVersion how it orders generated versions: node tools/oracles/maven/generate.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, spoiled, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(3_009_011);
/** As they are on Maven Central. */
const seen = [
  '2.17.1',
  '5.3.39',
  '32.1.3-jre',
  '32.1.3-android',
  '4.1.112.Final',
  '4.1.112.Final-redhat-00001',
  '2.0.0.RELEASE',
  '2.7.18.BUILD-SNAPSHOT',
  '1.0.0.Beta.2',
  '3.0.0.CR1',
  '6.0.0.Alpha7',
  '9.4.54.v20240208',
  '20040616',
  '1.0-alpha-9-stable-1',
  '2.0-m10',
  '3.0.0-M2',
  '1.7.36.1',
  '2.13.4.2',
  '1.1.1.SEC05',
  '10.1.0-M17',
  '2.4-1204-jdbc41',
  'r09',
  '1.2.17-cloudera1',
  '1.0.0-rc-1-20240101.010203-7',
  '0.0.0-20240101-SNAPSHOT',
  '2.12.0_1',
  '1.3-RC1.1',
  '3.2.2-atlassian-hosted-m02',
];
const numbers = ['0', '0', '1', '1', '2', '9', '10', '01', '007', '20240101', '1234567890', '99999999999999999999'];
const words = [
  ...['alpha', 'beta', 'milestone', 'rc', 'cr', 'snapshot', 'ga', 'final', 'release', 'sp', 'a', 'b', 'm', 'x', 'xyz'],
  ...['jre', 'RELEASE', 'SNAPSHOT', 'Final', 'A', 'M', 'v', 'redhat', '_', '+', 'é'],
];
const separators = ['.', '.', '.', '-', '-', '', '--', '..', '.-', '-.'];

const pairs = relatedPairs(random, 4_800, makeVersion, changeVersion).filter((pair) => !pair.includes(''));
// Unicode's other digits are digits to ComparableVersion 3 and no digits to 4; they are refused.
const doubtful = spoiled(random, 700, makeVersion)
  .filter((text) => !text.includes('٣'))
  .map((text) => [text, makeVersion()]);

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'oracle-maven-'));
try {
  const classPathFile = join(folder, 'class-path');
  execFileSync('mvn', ['-q', '-B', 'dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`], { cwd: here });
  const classPath = `${readFileSync(classPathFile, 'utf8')}:${folder}`;
  execFileSync('javac', ['-cp', classPath, '-d', folder, join(here, 'Order.java')]);
  writeOracle(
    new URL('../../../libs/versions/src/maven/oracle.generated.txt', import.meta.url),
    ['Made by tools/oracles/maven/generate.mjs with ComparableVersion and, for "!", the model validator. Do not edit.'],
    linesFrom('java', ['-cp', classPath, 'Order'], [...pairs, ...doubtful]),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function makeVersion() {
  if (random.chance(0.25)) return random.pick(seen);
  let version = random.chance(0.9) ? random.pick(numbers) : random.pick(words);
  for (let n = random.below(6); n > 0; n--)
    version += random.pick(separators) + random.pick(random.chance(0.6) ? numbers : words);
  return version;
}

function changeVersion(version) {
  switch (random.below(8)) {
    case 0:
      return (
        version +
        random.pick(['.0', '-0', '.0.0', '-ga', '.Final', '-1', '.1', '0', 'a', '-sp', '-SNAPSHOT', '-jre', '.', '-'])
      );
    case 1:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return version.replace(/[.-](?=[^.-]*$)/, () => random.pick(separators));
    case 4:
      return version.replace(/[.-][^.-]*$/, '');
    case 5:
      return version.replace(/[a-z]+/i, () => random.pick(words));
    case 6:
      return version.replace(/[.-]?\d+(?=\D*$)/, '');
    default:
      return version.replace(/[.-]/, (separator) => random.pick(['.0', '-0', '.x', '-rc', '.1']) + separator);
  }
}
