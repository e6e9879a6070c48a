// Asks the vercmp of this machine how it orders generated versions: node tools/oracles/pacman/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, spoiled, writeOracle } from '../oracle-file.mjs';
import { pieces } from '../version-pieces.mjs';

const random = seededRandom(6_000_200);
/** As Arch Linux and its relatives ship them. */
const seen = [
  '3.3.1-1',
  '2.40+r16+gaa533d58ff-2',
  '6.9.7.arch1-1',
  '6.6.35.lts1-1',
  '1:1.3.1-2',
  '5.2.026-2',
  '20240626.9c55bda6-1',
  'r4523.ga1b2c3d-1',
  '2:9.1.0522-1',
  '0.9.8zh-1.1',
  '1.1.1.w-2',
  '14.1.1+r58+gfc9fb69ad62-1',
  '10.0.0_rc1-1',
  '1.0rc2-1',
  '2024b-1',
  '256.1-1',
  '1:2.12.9+0+ge9ac76f9-1.2',
  '0.1.0.alpha.3-1',
];
const joints = ['.', '.', '.', '+', '~', '_', '..', '._', '', '', '^'];

const doubtful = spoiled(random, 400, makeVersion).map((text) => [text, makeVersion()]);
const pairs = [...relatedPairs(random, 4_200, makeVersion, changeVersion), ...doubtful];
writeOracle(
  new URL('../../../libs/versions/src/pacman/oracle.generated.txt', import.meta.url),
  [
    'Made by tools/oracles/pacman/generate.mjs with vercmp and, for "!", with the checks of makepkg. Do not edit.',
    /Pacman v\S+/.exec(execFileSync('pacman', ['--version'], { encoding: 'utf8' }))[0],
  ],
  linesFrom(
    'bash',
    [fileURLToPath(new URL('ask.sh', import.meta.url))],
    pairs.filter((pair) => pair.every(isOrdered)),
  ),
);

function makeVersion() {
  if (random.chance(0.3)) return random.pick(seen);
  const epoch = random.chance(0.15) ? `${random.pick(['0', '1', '2', '10', '00', ''])}:` : '';
  let version = random.chance(0.9) ? String(random.below(12)) : random.pick(pieces);
  for (let n = random.below(5); n > 0; n--) version += random.pick(joints) + random.pick(pieces);
  return epoch + version + (random.chance(0.6) ? `-${random.pick(['1', '2', '10', '01', '1.1', '1.10', '0.1'])}` : '');
}

function changeVersion(version) {
  const [core, release] = version.split('-');
  const changed = changeCore(core);
  if (random.chance(0.2)) return changed;
  return random.chance(0.3) || release === undefined ? `${changed}-${random.below(3)}` : `${changed}-${release}`;
}

function changeCore(core) {
  switch (random.below(7)) {
    case 0:
      return core + random.pick(['.0', '.b1', 'a', '0', 'rc1', '.1', '..1', '_a', '+']);
    case 1:
      return core.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return core.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return core.replace(/[.+~^_](?=[^.+~^_]*$)/, () => random.pick(['.', '+', '~', '..', '']));
    case 4:
      return core.replace(/^(\d*:)?/, random.pick(['', '0:', '1:', '2:']));
    case 5:
      return core;
    default:
      return core.replace(/[a-zA-Z]+/, () => random.pick(['a', 'b', 'Z', 'rc', '1']));
  }
}

/** A separator at the end makes vercmp answer in circles; see the scheme's README. */
function isOrdered(version) {
  return /^[^-]*[0-9a-zA-Z](-|$)/.test(version);
}
