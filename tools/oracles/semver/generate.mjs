// Asks node-semver how it orders generated versions: node tools/oracles/semver/generate.mjs
import semver from 'semver';
import { relatedPairs, seededRandom, signs, writeOracle } from '../oracle-file.mjs';

const random = seededRandom(2_000_000);
const identifiers = ['0', '1', '2', '10', '11', 'alpha', 'beta', 'rc', 'a', 'A', '-', 'x-1', '1a', 'rc1', '20240101'];

const pairs = relatedPairs(random, 3_000, makeVersion, changeVersion).filter(
  ([a, b]) => semver.valid(a) && semver.valid(b),
);
writeOracle(
  new URL('../../../libs/versions/src/semver/oracle.generated.txt', import.meta.url),
  ['Made by tools/oracles/semver/generate.mjs with node-semver, strict. Do not edit.'],
  pairs.map(([a, b]) => `${a} ${signs[semver.compare(a, b)]} ${b}`),
);

function makeVersion() {
  const number = () => random.pick(['0', '0', '1', '1', '2', '9', '10', '9007199254740991']);
  const core = [number(), number(), number()].join('.');
  return core + (random.chance(0.7) ? `-${tail()}` : '') + (random.chance(0.2) ? `+${tail()}` : '');
}

function tail() {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(identifiers)).join('.');
}

function changeVersion(version) {
  const [core, preRelease] = version.split('+')[0].split(/-(.*)/);
  switch (random.below(4)) {
    case 0:
      return `${core}-${tail()}`;
    case 1:
      return preRelease ? `${core}-${preRelease}.${random.pick(identifiers)}` : `${core}+${tail()}`;
    case 2:
      return preRelease ? `${core}-${preRelease.replace(/[^.]+$/, () => random.pick(identifiers))}` : core;
    default:
      return core.replace(/\d+$/, () => String(random.below(3))) + (preRelease ? `-${preRelease}` : '');
  }
}
