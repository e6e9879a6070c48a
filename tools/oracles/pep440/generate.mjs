// Asks Python's packaging how it orders generated versions: node tools/oracles/pep440/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, spoiled, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(440_440);
/** As they are on the Python package index, some of them from before PEP 440. */
const seen = [
  '2024.7.4',
  '2.0.0b4',
  '1.26.4',
  '5.0a1.dev20240601',
  '2.1.0+cu118',
  '2.3.1+cpu.cxx11.abi',
  '1.10.0.post2',
  '0.20.0rc1.post1.dev3+g1a2b3c4.d20240101',
  '3.0.0-beta-2',
  '4.2.13+security.1',
  '2.32.3+cgr.1',
  '1!2.0',
  '2004d',
  '0.1-bulbasaur',
  '1.0.0-alpha.1',
  '1.0.0.RELEASE',
  '0.9.6-1',
  '20.0.r3',
  'v1.2',
  '1.0.0-SNAPSHOT',
  '2010.12.13.r1',
  '1.1b3-r2',
  '3.0pre',
];
const numbers = ['0', '0', '1', '1', '2', '9', '10', '01', '007', '20240101', '99999999999999999999'];
const separators = ['', '', '.', '-', '_'];
const preWords = ['a', 'b', 'rc', 'alpha', 'beta', 'c', 'pre', 'preview', 'A', 'Rc', 'ALPHA'];
const locals = [
  '0',
  '1',
  '10',
  '01',
  'a',
  'ubuntu',
  'ubuntu1',
  'cu118',
  'cgr.1',
  'cgr.2',
  'cgr.a',
  'A_1',
  '1-1',
  'security.1',
];

const pairs = relatedPairs(random, 4_800, makeVersion, changeVersion);
const doubtful = spoiled(random, 700, makeVersion).map((text) => [text, makeVersion()]);
const packaging = execFileSync('python3', ['-c', 'import packaging; print(packaging.__version__)'], {
  encoding: 'utf8',
});
writeOracle(
  new URL('../../../libs/versions/src/pep440/oracle.generated.txt', import.meta.url),
  [
    `Made by tools/oracles/pep440/generate.mjs with Python's packaging ${packaging.trim()}. Do not edit.`,
    '"<~": the specifier "<=A" holds for B too.',
  ],
  linesFrom('python3', [fileURLToPath(new URL('order.py', import.meta.url))], [...pairs, ...doubtful]),
);

function makeVersion() {
  if (random.chance(0.2)) return random.pick(seen);
  const epoch = random.chance(0.1) ? `${random.pick(['0', '1', '2', '01'])}!` : '';
  const release = Array.from({ length: 1 + random.below(4) }, () => random.pick(numbers)).join('.');
  return random.pick(['', '', '', 'v']) + epoch + release + tail();
}

function tail() {
  const pre = random.chance(0.35) ? part(random.pick(preWords)) : '';
  const post = random.chance(0.25)
    ? random.pick([`-${random.pick(numbers)}`, part(random.pick(['post', 'r', 'rev', 'POST']))])
    : '';
  const dev = random.chance(0.25) ? part(random.pick(['dev', 'DEV'])) : '';
  return pre + post + dev + (random.chance(0.2) ? `+${random.pick(locals)}` : '');
}

function part(word) {
  return random.pick(separators) + word + random.pick(['', random.pick(separators) + random.pick(numbers)]);
}

function changeVersion(version) {
  const core = /^v?(\d+!)?[\d.]*\d/.exec(version)?.[0] ?? version;
  switch (random.below(7)) {
    case 0:
      return core + tail();
    case 1:
      return `${core}.0${version.slice(core.length)}`;
    case 2:
      return version.replace(/\+.*$/, '') + random.pick(['', `+${random.pick(locals)}`]);
    case 3:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 4:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 5:
      return version.replace(/[a-z]+/i, (word) => random.pick([word.toUpperCase(), ...preWords, 'dev', 'post']));
    default:
      return version.replace(/[._-](?=[^._-]*$)/, () => random.pick(separators));
  }
}
