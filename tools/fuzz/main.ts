/**
 * Feeds every parser with damaged real files and looks whether it keeps its promises: no exception, no endless work, only results
 * with a name.
 *
 *   npm run fuzz -- [--seconds N] [--only TEXT] [--seed N] [--root DIRECTORY]...
 *
 * Seeds are files of this machine that extractors would want, and an example of each kind that machines seldom have. What breaks a parser is written to .data/fuzz and the exit code is 1;
 * it then becomes a test beside the parser. The same seed and the same files give the same run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { extractors } from '@tidewaiter/extractors';
import { messageOf } from '@tidewaiter/kit';
import { examples } from './examples';
import { mutated, Random } from './mutate';
import { findSeeds, type Seed } from './seeds';
import type { Target } from './parser-checks';
import { targetsOf } from './targets';

const maxInputBytes = 256 * 1024;
/** Of processor time for one input. */
const maxInputMs = 2_000;
const root = resolve(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 0x7fffffff) },
    root: { type: 'string', multiple: true, default: ['/', root] },
  },
});
const seedOptions = { perExtractor: 20, maxBytes: maxInputBytes, maxEntries: 400_000 };
const seeds = findSeeds(values.root, extractors, seedOptions, examples);
const targets = targetsOf(seeds).filter(({ name }) => name.includes(values.only));
if (targets.length === 0) {
  console.error(`No parser has "${values.only}" in its name.`);
  process.exit(2);
}
const secondsEach = Number(values.seconds) / targets.length;
console.log(`${targets.length} parsers, ${secondsEach.toFixed(1)} s each, --seed ${values.seed}`);
let failures = 0;
for (const target of targets) failures += await fuzz(target);
console.log(failures === 0 ? 'nothing was found' : `${failures} inputs broke a parser; see .data/fuzz`);
process.exitCode = failures === 0 ? 0 : 1;

async function fuzz(target: Target): Promise<number> {
  const random = new Random(Number(values.seed));
  const nothing: Seed = { path: 'x', bytes: Buffer.from('{"a": [1, "b"]}\nName: a\nVersion: 1\n') };
  const [first = nothing, ...others] = target.seeds;
  const until = performance.now() + secondsEach * 1000;
  const broken = new Map<string, string>();
  let inputs = 0;
  for (const seed of [first, ...others]) await tryInput(target, seed.path, seed.bytes, broken);
  while (performance.now() < until) {
    const seed = random.pick([first, ...others]);
    await tryInput(target, seed.path, mutated(seed.bytes, random, maxInputBytes), broken);
    inputs++;
  }
  const from = target.seeds.length === 0 ? 'no file of its kind' : `${target.seeds.length} files`;
  console.log(`${target.name.padEnd(32)} ${String(inputs).padStart(8)} inputs from ${from}`);
  for (const [reason, file] of broken) console.log(`  BROKEN: ${reason}\n  ${file}`);
  return broken.size;
}

async function tryInput(target: Target, path: string, bytes: Buffer, broken: Map<string, string>): Promise<void> {
  const before = process.cpuUsage();
  let reason: string | undefined;
  try {
    await target.run(path, bytes);
  } catch (error) {
    reason =
      error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' | ') : messageOf(error);
  }
  const usedMs = process.cpuUsage(before).user / 1000;
  if (usedMs > maxInputMs) reason ??= `it took longer than ${maxInputMs} ms`;
  if (reason === undefined || broken.has(reason)) return;
  const directory = join(root, '.data/fuzz');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${target.name.replaceAll(' ', '-')}-${broken.size + 1}`);
  writeFileSync(file, bytes);
  broken.set(reason, `${file} (as ${path})`);
}
