// Asks the dpkg of this machine how it orders generated versions: node tools/oracles/dpkg/generate.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';
import { pieces } from '../version-pieces.mjs';

const random = seededRandom(20_241_124);
const joints = ['.', '.', '.', '+', '~', '~~', '', '-'];
const revisions = [
  '0',
  '1',
  '2',
  '10',
  '1+b1',
  '1~bpo12+1',
  '0ubuntu1',
  '0ubuntu1.1',
  '1+deb12u1',
  '1~deb12u2',
  '1.1',
  '01',
];

const pairs = relatedPairs(random, 2_500, makeVersion, changeVersion).filter(([a, b]) => isValid(a) && isValid(b));
const lines = pairs.map(([a, b]) => `${a} ${order(a, b)} ${b}`);
const dpkgVersion = execFileSync('dpkg', ['--version'], { encoding: 'utf8' }).split('\n')[0];
writeOracle(
  new URL('../../../libs/versions/src/dpkg/oracle.generated.txt', import.meta.url),
  ['Made by tools/oracles/dpkg/generate.mjs with `dpkg --compare-versions`. Do not edit.', dpkgVersion],
  lines,
);

function makeVersion() {
  const epoch = random.chance(0.15) ? `${random.pick(['0', '1', '2', '10', '00'])}:` : '';
  let upstream = String(random.below(12));
  for (let n = random.below(5); n > 0; n--) upstream += random.pick(joints) + random.pick(pieces);
  return epoch + upstream + (random.chance(0.6) ? `-${random.pick(revisions)}` : '');
}

function changeVersion(version) {
  switch (random.below(6)) {
    case 0:
      return version + random.pick(['.0', '~', '+b1', 'a', '0', '~rc1', '.1']);
    case 1:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return version.replace(/[.+~](?=[^.+~]*$)/, () => random.pick(['.', '+', '~', '']));
    case 4:
      return version.replace(/-[^-]*$/, '') + (random.chance(0.5) ? `-${random.pick(revisions)}` : '');
    default:
      return version.replace(/[a-zA-Z]+/, () => random.pick(['a', 'b', 'Z', 'rc', '~']));
  }
}

function isValid(version) {
  return spawnSync('dpkg', ['--validate-version', version]).status === 0;
}

function order(a, b) {
  if (holds(a, 'lt', b)) return '<';
  return holds(a, 'eq', b) ? '=' : '>';
}

function holds(a, relation, b) {
  return spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0;
}
