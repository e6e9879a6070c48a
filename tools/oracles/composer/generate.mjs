// Asks the Composer of this machine how it orders generated versions: node tools/oracles/composer/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(2_005_005);
const numbers = ['0', '0', '1', '2', '9', '10', '01', '007', '3', '11', '12345'];
const bigNumbers = ['99999999999999999999', '9223372036854775806', '9223372036854775807', '123456'];
const stabilities = ['alpha', 'a', 'beta', 'b', 'RC', 'rc', 'stable', 'STABLE', 'patch', 'pl', 'p', 'Beta', 'P'];
const dates = [
  '20240101',
  '2024-01-01',
  '2024.01.01',
  '20240101123456',
  '2024-01-01-12',
  '202401',
  '2024:01:02',
  '201903.0',
  '20100102.0.3',
];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion).filter((pair) =>
  pair.every((text) => text !== ''),
);
const tool = execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'php-composer-semver'], { encoding: 'utf8' });
writeOracle(
  new URL('../../../libs/versions/src/composer/oracle.generated.txt', import.meta.url),
  [`Made by tools/oracles/composer/generate.mjs with Composer\\Semver of php-composer-semver ${tool}. Do not edit.`],
  linesFrom('php', [fileURLToPath(new URL('order.php', import.meta.url))], pairs),
);

function makeVersion() {
  if (random.chance(0.1)) return random.pick(dates) + (random.chance(0.5) ? tail() : '');
  if (random.chance(0.06))
    return random.pick([
      'dev-master',
      'dev-main',
      'master',
      '1.x-dev',
      '1.2.x-dev',
      'v2.X-dev',
      '3.*-dev',
      '1.2.3.x-dev',
      '123456-dev',
      '12345678901234567890123-dev',
    ]);
  const core = Array.from({ length: 1 + random.below(4) }, () => number());
  return random.pick(['', '', '', 'v', 'V']) + core.join('.') + (random.chance(0.6) ? tail() : '');
}

function tail() {
  const word = random.chance(0.9) ? random.pick(['-', '-', '', '.', '_']) + random.pick(stabilities) : '';
  const suffix = word !== '' && random.chance(0.6) ? random.pick(['', '', '.', '-']) + number() : '';
  const more = random.chance(0.1) ? random.pick(['-2', '.dev', '+build.5', '@stable', '@dev', '-', '.x']) : '';
  return word + suffix + more + (random.chance(0.15) ? random.pick(['-dev', '.dev', 'dev', '-DEV']) : '');
}

function number() {
  return random.pick(random.chance(0.04) ? bigNumbers : numbers);
}

function changeVersion(version) {
  switch (random.below(7)) {
    case 0:
      return version + random.pick(['.0', '-dev', '-alpha', '-p1', '+meta', '.1', '-beta2', '.', '#abc', '~', '@beta']);
    case 1:
      return version.replace(/\d+/, (digits) => (digits.length < 4 ? `0${digits}` : digits));
    case 2:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return version.replace(/[a-zA-Z]+/g, (word) => (random.chance(0.6) ? random.pick(stabilities) : word));
    case 4:
      return version.replace(/[-._]?[a-zA-Z]+.*$/, '') + (random.chance(0.6) ? tail() : '');
    case 5:
      return version.replace(/[.-](?=[^.-]*$)/, () => random.pick(['.', '.', '-', '_']));
    default:
      return version.startsWith('v') ? version.slice(1) : `v${version}`;
  }
}
