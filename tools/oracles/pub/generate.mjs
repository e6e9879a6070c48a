// Asks Dart's own pub_semver how it orders generated versions: node tools/oracles/pub/generate.mjs PATH/TO/sass.dart.js
// Dart Sass uses pub_semver, and the npm package sass holds it whole, compiled to readable JavaScript.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { oracleLines, relatedPairs, seededRandom, signs, writeOracle } from '../oracle-file.mjs';
import { firstLabels, smallNumbers } from '../version-pieces.mjs';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('say where sass.dart.js is');
const { parse, compare } = pubSemver(resolve(path));

const random = seededRandom(2_002_001);
// Compiled to JavaScript, Dart's 64-bit integers are exact only as far as 2^53.
const numbers = [...smallNumbers, '20240101', '9007199254740991'];
const identifiers = [...firstLabels, 'beta', 'rc', 'rc1', 'a', 'A', '-', '1a', 'dev', 'nullsafety'];
const rareIdentifiers = ['-1', '-0', '--1', '0x1f', '0X1F', '-0x1', '0x', 'x-1', '1e3', '20240101123456', '-01'];

const pairs = relatedPairs(random, 4_000, makeVersion, changeVersion);
writeOracle(
  new URL('../../../libs/versions/src/pub/oracle.generated.txt', import.meta.url),
  ['Made by tools/oracles/pub/generate.mjs with pub_semver as compiled into Dart Sass. Do not edit.'],
  oracleLines(pairs, pairs.map(answer)),
);

function answer(pair) {
  const refused = pair.filter((text) => parse(text) === undefined);
  if (refused.length > 0) return `! ${refused.join(' ')}`;
  return signs[Math.sign(compare(...pair.map(parse)))];
}

/** The compiled program keeps its library to itself, so a line that hands it out is put before it starts. */
function pubSemver(file) {
  const source = readFileSync(file, 'utf8');
  const start = 'var callMain = A.main';
  if (source.split(start).length !== 2) throw new Error(`${file} does not start as expected`);
  const handingOut = source.replace(start, `globalThis.dartLibrary = A; ${start}`);
  new Function('require', '__filename', '__dirname', handingOut)(createRequire(file), file, resolve(file, '..'));
  globalThis._cliPkgExports.pop().load({ util: createRequire(file)('util') }, {});
  const dart = globalThis.dartLibrary;
  return {
    parse: (text) => {
      try {
        return dart.Version_Version$parse(text);
      } catch {
        return undefined;
      }
    },
    compare: (a, b) => a.compareTo$1(0, b),
  };
}

function makeVersion() {
  const core = Array.from({ length: 3 }, () => random.pick(numbers)).join('.');
  return core + (random.chance(0.55) ? `-${tail()}` : '') + (random.chance(0.5) ? `+${tail()}` : '');
}

function tail() {
  const identifier = () => random.pick(random.chance(0.12) ? rareIdentifiers : identifiers);
  return Array.from({ length: 1 + random.below(3) }, identifier).join('.');
}

function changeVersion(version) {
  const [, core, preRelease, build] = /^([^-+]*)((?:-[^+]*)?)((?:\+.*)?)$/.exec(version) ?? ['', version, '', ''];
  switch (random.below(7)) {
    case 0:
      return `${core}-${tail()}${build}`;
    case 1:
      return core + preRelease + (build === '' ? `+${tail()}` : `${build}.${tail()}`);
    case 2:
      return core + preRelease + build.replace(/[^.+]+$/, () => random.pick(identifiers));
    case 3:
      return core + preRelease.replace(/[^.-]+$/, () => random.pick(identifiers)) + build;
    case 4:
      return core.replace(/\d+$/, () => String(random.below(3))) + preRelease + build;
    case 5:
      return core + preRelease;
    default:
      return random.chance(0.6) ? core + build : broken(core, preRelease, build);
  }
}

function broken(core, preRelease, build) {
  return random.pick([
    `v${core}${preRelease}`,
    core.replace(/\.\d+$/, ''),
    `${core}.1`,
    `${core}-`,
    `${core}${preRelease}+`,
    `${core}-a..b`,
    `${core}-a_b`,
    `${core}.${preRelease}`,
    `${core}+a+b`,
    `${core}beta`,
    `${core}-ä${build}`,
    core.replace('.', 'x'),
  ]);
}
