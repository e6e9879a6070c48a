import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** A small seeded generator (mulberry32): the same file comes out of every run. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    pick: (values) => values[Math.floor(next() * values.length)],
    chance: (probability) => next() < probability,
  };
}

/** Pairs of versions that share a beginning: unrelated ones are decided by their first number and test nothing. */
export function relatedPairs(random, count, makeVersion, changeVersion) {
  const pairs = new Map();
  while (pairs.size < count) {
    const a = makeVersion();
    let b = random.chance(0.15) ? makeVersion() : changeVersion(a);
    if (random.chance(0.3)) b = changeVersion(b);
    if (a !== b) pairs.set(`${a} ${b}`, [a, b]);
  }
  return [...pairs.values()];
}

export function writeOracle(url, header, lines) {
  writeFileSync(url, [...header.map((line) => `# ${line}`), ...lines, ''].join('\n'));
}

export const signs = { '-1': '<', 0: '=', 1: '>' };

/**
 * Asks a program about all pairs at once. It reads a pair a line, `A B`, and answers each with `<`, `=`, `>`, with `<~` or
 * `~>` (a bound of the lesser one stands for the greater), or with `!` and those of the two that are no versions. Gives the lines of an oracle file.
 */
export function linesFrom(command, args, pairs) {
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('');
  const answers = execFileSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 26 })
    .trimEnd()
    .split('\n');
  if (answers.length !== pairs.length) throw new Error(`${pairs.length} questions, ${answers.length} answers`);
  return oracleLines(pairs, answers);
}

/** The refused texts come last, each once. */
export function oracleLines(pairs, answers) {
  const refused = new Set();
  const ordered = [];
  for (const [at, [a, b]] of pairs.entries()) {
    const [sign, ...words] = answers[at].split(' ');
    if (sign === '!') for (const word of words) refused.add(`! ${word}`);
    else if (sign === '~>') ordered.push(`${b} <~ ${a}`);
    else ordered.push(`${a} ${sign} ${b}`);
  }
  return [...ordered, ...refused];
}

/** What spoils a version in one place: each scheme's tool says which of the results are still versions. */
export function spoiled(random, count, makeVersion) {
  const texts = new Set();
  while (texts.size < count) {
    const version = makeVersion();
    const at = random.below(version.length + 1);
    const cut = random.chance(0.3) ? 1 : 0;
    texts.add(version.slice(0, at) + random.pick(spoilers) + version.slice(at + cut));
  }
  return [...texts];
}

const spoilers = [...'-_.:~^+!@#/\\,;=<>()[]{}%&*?$"\'|', '--', '..', '-:', 'v', 'é', 'x', '٣', '00', 'go', 'dev'];
