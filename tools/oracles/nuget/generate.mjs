// Asks a nuget.exe how it orders generated versions: node tools/oracles/nuget/generate.mjs PATH/TO/nuget.exe
// Needs mono and its compiler mcs. The npm package nuget-exe holds a nuget.exe.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';
import { firstLabels, smallNumbers } from '../version-pieces.mjs';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('say where nuget.exe is');
const nuget = resolve(path);

const random = seededRandom(5_008_000);
const numbers = [...smallNumbers, '2147483646', '20240101'];
const labels = [...firstLabels, 'BETA', 'beta', 'rc', 'rc1', 'RC1', 'a', 'A', '-', '-1', '1a'];
const rareLabels = [
  '2147483647',
  '2147483648',
  '-2147483648',
  '-2147483649',
  '20240101123456',
  '0x1f',
  'x-1',
  '--1',
  '-0',
];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion);
writeOracle(
  new URL('../../../libs/versions/src/nuget/oracle.generated.txt', import.meta.url),
  [`Made by tools/oracles/nuget/generate.mjs with the NuGetVersion of ${basename(nuget)}. Do not edit.`],
  answers(),
);

function answers() {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const program = join(folder, 'order.exe');
    execFileSync('mcs', [`-out:${program}`, fileURLToPath(new URL('Order.cs', import.meta.url))]);
    return linesFrom('mono', [program, nuget], pairs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function makeVersion() {
  const core = Array.from({ length: 1 + random.below(4) }, () => random.pick(numbers)).join('.');
  return core + (random.chance(0.65) ? `-${tail()}` : '') + (random.chance(0.2) ? `+${tail()}` : '');
}

function tail() {
  const label = () => random.pick(random.chance(0.12) ? rareLabels : labels);
  return Array.from({ length: 1 + random.below(3) }, label).join('.');
}

function changeVersion(version) {
  const [core, preRelease] = version.split('+')[0].split(/-(.*)/);
  const rest = preRelease ? `-${preRelease}` : '';
  switch (random.below(8)) {
    case 0:
      return `${core}-${tail()}`;
    case 1:
      return core + (preRelease ? `${rest}.${tail()}` : `+${tail()}`);
    case 2:
      return core + rest.replace(/[^.-]+$/, () => random.pick(labels));
    case 3:
      return core.replace(/\d+$/, () => String(random.below(3))) + rest;
    case 4:
      return `${core}.0${rest}`;
    case 5:
      return core.replace(/\.0$/, '') + rest;
    case 6:
      return core + (random.chance(0.5) ? rest.toUpperCase() : rest.toLowerCase());
    default:
      return random.chance(0.6) ? core + rest : broken(core, rest);
  }
}

function broken(core, rest) {
  return random.pick([
    `v${core}${rest}`,
    `${core}.${rest}`,
    `${core}${rest}+`,
    `${core}-`,
    `${core}-a..b`,
    `.${core}`,
    `${core}.1.2.3.4`,
    `${core}-ä`,
    `${core}-a_b`,
    `${core}+a+b`,
    `${core}.2147483648`,
    `${core}.x`,
    `${core}+a..b`,
    `+${core}`,
    `-${core}`,
  ]);
}
