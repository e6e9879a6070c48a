// Asks the RubyGems of this machine how it orders generated versions: node tools/oracles/rubygems/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(3_003_015);
const numbers = ['0', '0', '1', '2', '9', '10', '01', '007', '20240101', '99999999999999999999'];
const words = ['a', 'b', 'A', 'Z', 'rc', 'rc1', 'pre', 'beta2', 'alpha', 'a10', 'a9', '1a', 'b0', 'x0y'];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion);
const tool = execFileSync('gem', ['--version'], { encoding: 'utf8' }).trim();
writeOracle(
  new URL('../../../libs/versions/src/rubygems/oracle.generated.txt', import.meta.url),
  [`Made by tools/oracles/rubygems/generate.mjs with Gem::Version of RubyGems ${tool}. Do not edit.`],
  linesFrom('ruby', [fileURLToPath(new URL('order.rb', import.meta.url))], pairs),
);

function makeVersion() {
  let version = String(random.below(12));
  for (let n = random.below(5); n > 0; n--) version += `.${random.pick(random.chance(0.65) ? numbers : words)}`;
  if (random.chance(0.15)) version += `-${random.pick([...numbers, ...words, 'x86-linux', '-', 'rc.1', 'java'])}`;
  return version;
}

function changeVersion(version) {
  switch (random.below(7)) {
    case 0:
      return (
        version + random.pick(['.0', '.0.0', '.a', '.pre', '-1', '.1', '0', 'a', '.', '-', '+1', '~1', '_1', '.rc.0'])
      );
    case 1:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return version.replace(/[.-](?=[^.-]*$)/, () => random.pick(['.', '-', '', '.pre.', '..']));
    case 4:
      return version.replace(/\.[^.]*$/, '');
    case 5:
      return version.replace(/\.0$/, '') + random.pick(['', '.0', '.0.a', '.a.0']);
    default:
      return version.replace(/[a-zA-Z]+/, () => random.pick(words));
  }
}
