// Asks two implementations of apk's order about generated versions: node tools/oracles/apk/generate.mjs
// Keeps what both agree on, and prints examples of what they do not: libs/versions/src/apk/README.md lists those classes.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { oracleLines, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(2_014_004);
const numbers = ['0', '0', '1', '2', '9', '10', '11', '20240101', '01', '001'];
const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'];

const pairs = relatedPairs(random, 5_500, makeVersion, changeVersion);
const answers = execFileSync('go', ['run', '.'], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
  .trimEnd()
  .split('\n')
  .map((line) => line.split('|'));
if (answers.length !== pairs.length) throw new Error(`${pairs.length} questions, ${answers.length} answers`);

const isAgreed = (_, at) => answers[at][0] === answers[at][1];
const agreed = pairs.filter(isAgreed);
writeOracle(
  new URL('../../../libs/versions/src/apk/oracle.generated.txt', import.meta.url),
  [
    'Made by tools/oracles/apk/generate.mjs: what github.com/knqyf263/go-apk-version and',
    'github.com/chainguard-dev/go-apk agree on. Do not edit.',
  ],
  oracleLines(
    agreed,
    answers.filter(isAgreed).map(([answer]) => answer),
  ),
);
console.log(`agreed on ${agreed.length} of ${pairs.length} pairs; go-apk-version and go-apk differ on, for example:`);
for (const [at, pair] of pairs.entries()) {
  const [knqyf, chainguard] = answers[at];
  if (knqyf !== chainguard && random.chance(0.02)) console.log(`${pair.join(' ')}: ${knqyf} | ${chainguard}`);
}

function makeVersion() {
  const core = Array.from({ length: 1 + random.below(4) }, () => random.pick(numbers)).join('.');
  const letter = random.chance(0.2) ? random.pick(['a', 'b', 'z']) : '';
  return core + letter + suffix(0.5) + suffix(0.05) + revision(0.7);
}

function suffix(probability) {
  return random.chance(probability)
    ? `_${random.pick(suffixes)}${random.pick(['', '1', '2', '9', '10', '20240101'])}`
    : '';
}

function revision(probability) {
  return random.chance(probability) ? `-r${random.pick(['0', '1', '1', '2', '9', '10', '11'])}` : '';
}

function changeVersion(version) {
  const [body, build] = version.split(/(?=-r)/);
  const tail = build ?? '';
  switch (random.below(10)) {
    case 0:
      return body + revision(0.9);
    case 1:
      return body.replace(/_.*$/, '') + suffix(0.9) + tail;
    case 2:
      return body.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${Number(digits) + 1}${rest}`) + tail;
    case 3:
      return body.replace(/_[a-z]+/, () => `_${random.pick(suffixes)}`) + tail;
    case 4:
      return body.replace(/[a-z]?(_.*)?$/, '') + tail;
    case 5:
      return body.replace(/^[\d.]+/, (digits) => `${digits}.${random.pick(numbers)}`) + tail;
    case 6:
      return (
        body.replace(/^[\d.]+[a-z]?/, (digits) => digits.replace(/[a-z]$/, '') + random.pick(['', 'a', 'b', 'z'])) +
        tail
      );
    case 7:
      return random.chance(0.7) ? body + tail : body.replace(/\.\d+/, '') + tail;
    case 8:
      return `0${body}${tail}`;
    default:
      return random.chance(0.7) ? body + tail : broken(body, tail);
  }
}

function broken(body, tail) {
  return random.pick([
    `${body}.`,
    `v${body}${tail}`,
    `${body}_${tail}`,
    `${body}_foo${tail}`,
    `${body}-r`,
    `${body}+1`,
    `${body}${tail}-r1`,
    `${body.replace('.', '..')}.${tail}`,
    `${body}A${tail}`,
    `${body}${tail}_p1`,
    `${body}a1${tail}`,
    `${body}-1`,
  ]);
}
