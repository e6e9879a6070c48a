// Asks the Cabal library of this machine how it orders generated versions: node tools/oracles/hackage/generate.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(9_000_002);
const numbers = ['0', '0', '1', '2', '9', '10', '11', '100', '20240101', '999999999'];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion);
const tool = execFileSync('ghc-pkg', ['field', 'Cabal', 'version', '--simple-output'], { encoding: 'utf8' }).trim();
writeOracle(
  new URL('../../../libs/versions/src/hackage/oracle.generated.txt', import.meta.url),
  [`Made by tools/oracles/hackage/generate.mjs with Distribution.Version of Cabal ${tool}. Do not edit.`],
  answers(),
);

function answers() {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const program = join(folder, 'order');
    const source = fileURLToPath(new URL('Order.hs', import.meta.url));
    execFileSync('ghc', ['-outputdir', folder, '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
    return linesFrom(program, [], pairs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function makeVersion() {
  let version = String(random.below(12));
  for (let n = random.below(5); n > 0; n--)
    version += `.${random.chance(0.01) ? random.pick(['01', '1000000000', '']) : random.pick(numbers)}`;
  return version;
}

function changeVersion(version) {
  switch (random.below(6)) {
    case 0:
      return version + random.pick(random.chance(0.2) ? ['.', '-tag', 'a', '..1'] : ['.0', '.1', '0', '.0.0', '.1.1']);
    case 1:
      return version.replace(/\d+/, (digits) => `1${digits.slice(1)}`);
    case 2:
      return version.replace(/\d+$/, (digits) => String(Number(digits) + 1));
    case 3:
      return version.replace(/\.(?=\d+$)/, '');
    case 4:
      return version.replace(/\.\d+$/, '');
    default:
      return version.replace(/\d+$/, () => random.pick(numbers));
  }
}
