// Asks the R of this machine how it orders generated versions: node tools/oracles/cran/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(4_002_002);
const numbers = ['0', '0', '1', '2', '9', '10', '01', '007', '3', '11', '20240101', '2147483646'];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion);
const tool = execFileSync('R', ['--version'], { encoding: 'utf8' }).split('\n')[0];
writeOracle(
  new URL('../../../libs/versions/src/cran/oracle.generated.txt', import.meta.url),
  ['Made by tools/oracles/cran/generate.mjs with numeric_version and compareVersion. Do not edit.', tool],
  linesFrom('Rscript', ['--vanilla', fileURLToPath(new URL('order.R', import.meta.url))], pairs),
);

function makeVersion() {
  let version = String(random.below(12));
  for (let n = random.below(5); n > 0; n--) version += random.pick(['.', '.', '-']) + random.pick(numbers);
  return version;
}

function changeVersion(version) {
  switch (random.below(6)) {
    case 0:
      return (
        version +
        random.pick(
          random.chance(0.15) ? ['a', '.', '-rc1', '.-1', '+1', '.2147483648'] : ['.0', '-0', '.1', '-1', '.9000'],
        )
      );
    case 1:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return version.replace(/\d+$/, (digits) => String(Number(digits) + 1));
    case 3:
      return version.replace(/[.-](?=\d+$)/, () => random.pick(['.', '-', '']));
    case 4:
      return version.replace(/[.-]\d+$/, '');
    default:
      return version.replace(/\d+$/, () => random.pick(numbers));
  }
}
