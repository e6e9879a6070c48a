// Asks Go's own packages how they order generated versions: node tools/oracles/go/generate.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, spoiled, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(1_210_000);
/** As they are in go.sum files and build information. */
const seen = [
  'v0.0.0-20240311180342-d4c8d4f1a8b0',
  'v1.2.4-0.20231219154211-8c2c1a7d6f70',
  'v1.9.0-rc.1.0.20240102030405-0123456789ab',
  'v0.0.0-00010101000000-000000000000',
  'v26.1.4+incompatible',
  'v2.8.0-beta.1+incompatible',
  'v1.14.0+dirty',
  'v0.30.1',
  'v1.64.0-dev',
  'v1.2.3-alpha.10',
  'v0.0.0-2024',
  'v5.0.0-alpha.5',
];
const numbers = ['0', '0', '1', '1', '2', '9', '10', '21', '20240101000000', '99999999999999999999'];
const identifiers = [...numbers, 'alpha', 'beta', 'rc', 'rc1', '0a', '-', 'x-1', 'A', 'dev', 'abcdefabcdef', '01'];

const modules = relatedPairs(random, 2_700, makeModule, changeModule);
const toolchains = relatedPairs(random, 1_600, makeToolchain, changeToolchain);
const doubtful = [...spoiled(random, 400, makeModule), ...spoiled(random, 300, makeToolchain)].map((text) => [
  text,
  text,
]);

const folder = mkdtempSync(join(tmpdir(), 'oracle-go-'));
try {
  const program = join(folder, 'oracle');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: fileURLToPath(new URL('.', import.meta.url)) });
  writeOracle(
    new URL('../../../libs/versions/src/go/oracle.generated.txt', import.meta.url),
    [
      'Made by tools/oracles/go/generate.mjs with golang.org/x/mod/semver and go/version. Do not edit.',
      execFileSync('go', ['version'], { encoding: 'utf8' }).trim(),
    ],
    linesFrom(program, [], [...modules, ...toolchains, ...doubtful]),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function makeModule() {
  if (random.chance(0.2)) return random.pick(seen);
  const core = [random.pick(numbers), random.pick(numbers), random.pick(numbers)].slice(
    0,
    random.pick([3, 3, 3, 3, 2, 1]),
  );
  const build = random.pick(['', '', '', '+incompatible', '+dirty', '+incompatible.dirty', `+${tail()}`]);
  return random.pick(['v', 'v', '']) + core.join('.') + (random.chance(0.6) ? `-${tail()}` : '') + build;
}

function tail() {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(identifiers)).join('.');
}

function changeModule(version) {
  const [, core, rest] = /^([^-+]*)(.*)$/.exec(version);
  switch (random.below(6)) {
    case 0:
      return `${core}-${tail()}`;
    case 1:
      return core;
    case 2:
      return version.replace(/\+.*$/, '') + random.pick(['+incompatible', '+dirty', '']);
    case 3:
      return rest.startsWith('-')
        ? `${core}${rest.replace(/[^.-]+(?=\+|$)/, () => random.pick(identifiers))}`
        : `v${core}`;
    case 4:
      return core.replace(/\d+$/, (digits) => String(BigInt(digits) + 1n)) + rest;
    default:
      return version.startsWith('v') ? version.slice(1) : `v${version}`;
  }
}

function makeToolchain() {
  const major = random.pick(['1', '1', '1', '1', '2', '0']);
  const minor = random.pick(['0', '4', '9', '10', '19', '20', '21', '22', '23', '99999999999999999999']);
  if (random.chance(0.05)) return `go${major}`;
  return `go${major}.${minor}${toolchainTail()}`;
}

function toolchainTail() {
  const suffix = random.chance(0.1) ? random.pick(['-bigcorp', '-', '-r1.2']) : '';
  const count = random.pick(['', '1', '2', '10', '0']);
  return (
    random.pick(['', '.0', '.1', '.3', '.10', `rc${count}`, `beta${count}`, `alpha${count}`, `z${count}`]) + suffix
  );
}

function changeToolchain(version) {
  const core = /^go\d+(\.\d+)?/.exec(version)[0];
  return random.chance(0.8)
    ? core + toolchainTail()
    : version.replace(/\d+(\D*)$/, (_, rest) => random.below(25) + rest);
}
