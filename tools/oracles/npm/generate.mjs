// Asks node-semver about loose versions and about ranges: node tools/oracles/npm/generate.mjs
import semver from 'semver';
import { relatedPairs, seededRandom, signs, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(7_030_803);
const target = (name) => new URL(`../../../libs/versions/src/npm/${name}`, import.meta.url);

const pairs = relatedPairs(random, 1_500, looseVersion, changeVersion).filter(
  ([a, b]) => semver.valid(a, true) && semver.valid(b, true),
);
writeOracle(
  target('oracle.generated.txt'),
  ['Made by tools/oracles/npm/generate.mjs with node-semver, loose. Do not edit.'],
  pairs.map(([a, b]) => `${a} ${signs[semver.compare(a, b, true)]} ${b}`),
);

const questions = new Map();
while (questions.size < 3_000) {
  const range = makeRange();
  const version = nearVersion(range);
  const parsed = semver.validRange(range);
  if (parsed === null || semver.valid(version) === null) continue;
  const answer = semver.satisfies(version, range, { includePrerelease: true }) ? 'in' : 'out';
  questions.set(`${version} ${answer} ${range}`, true);
}
writeOracle(
  target('ranges.generated.txt'),
  ['Made by tools/oracles/npm/generate.mjs with node-semver, includePrerelease. Do not edit.', 'VERSION in|out RANGE'],
  [...questions.keys()],
);

function looseVersion() {
  const number = () => random.pick(['0', '1', '2', '10', '01', '007']);
  const core = `${random.pick(['', '', 'v', '='])}${number()}.${number()}.${number()}`;
  const preRelease = random.pick(['', '', '-alpha', '-alpha.1', 'beta', 'rc1', '-01', '-1', '-0.x', '-rc.01', 'a.b']);
  return core + preRelease + random.pick(['', '', '+build', '+1.2']);
}

function changeVersion(version) {
  const core = version.replace(/^[v=]/, '');
  switch (random.below(3)) {
    case 0:
      return core.replace(/^\d+\.\d+\.\d+/, (digits) => digits.replace(/\d+$/, () => String(random.below(3))));
    case 1:
      return /^\d+\.\d+\.\d+/.exec(core)[0] + random.pick(['', 'beta', '-beta', '-beta.1', '-1', '-2']);
    default:
      return `v${core}`;
  }
}

function makeRange() {
  const alternatives = Array.from({ length: random.chance(0.2) ? 2 : 1 }, () =>
    random.chance(0.15)
      ? `${operand()} - ${operand()}`
      : Array.from({ length: random.chance(0.35) ? 2 : 1 }, comparator).join(' '),
  );
  return alternatives.join(random.pick(['||', ' || ']));
}

function comparator() {
  return random.pick(['', '', '=', '<', '<=', '>', '>=', '~', '^', '~>', '^', '> ', '<= ']) + operand();
}

function operand() {
  const number = () => random.pick(['0', '0', '1', '2', '3']);
  switch (random.below(8)) {
    case 0:
      return random.pick(['*', 'x', 'X']);
    case 1:
      return number();
    case 2:
      return `${number()}.${random.pick([number(), 'x', '*'])}`;
    case 3:
      return `${number()}.${number()}.${random.pick(['x', '*', 'X'])}`;
    case 4:
      return `${number()}.${number()}.${number()}-${random.pick(['0', 'alpha', 'beta.2', 'rc.1'])}`;
    default:
      return `${random.pick(['', '', '', 'v'])}${number()}.${number()}.${number()}`;
  }
}

/** At, just before or just after a number the range names: everywhere else the answer is easy. */
function nearVersion(range) {
  const numbers = range.match(/\d+(\.\d+){0,2}/g) ?? ['1'];
  const parts = random.pick(numbers).split('.').map(Number);
  while (parts.length < 3) parts.push(random.below(2));
  const changed = random.below(4);
  if (changed < 3) parts[changed] = Math.max(0, parts[changed] + random.pick([-1, 0, 1]));
  return parts.join('.') + random.pick(['', '', '-0', '-alpha', '-rc.1', '-beta.2']);
}
