// Asks the rpm of this machine how it orders generated versions: node tools/oracles/rpm/generate.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linesFrom, relatedPairs, seededRandom, spoiled, writeOracle } from '../oracle-file.mjs';
import { pieces } from '../version-pieces.mjs';

const random = seededRandom(4_180_000);
/** As distributions ship them: Red Hat, Fedora, SUSE, Amazon, Oracle, Azure Linux, Photon, Mageia. */
const seen = [
  '1:3.0.7-27.el9_4.1',
  '5.14.0-427.13.1.el9_4',
  '4.18.0-553.8.1.el8_10.x86_64',
  '7.61.1-34.el8_10.2',
  '32:9.11.36-14.el8_10',
  '2.34-100.0.1.el9',
  '1:1.1.1k-12.ksplice1.el8_9',
  '10:1.1.1k-9.el8_6_fips',
  '8.9p1-150600.6.9.1',
  '1.1.1d-150200.11.91.1',
  '6.4.0-150600.23.17.1',
  '20240411-1.fc41',
  '3.12.4^20240607gitabc1234-1.fc41',
  '1.2.0~rc1-1.fc40',
  '1.2.0~beta.2^git3-0.1.fc40',
  '0-0.60.20220322git6b9c8ad.el9',
  '2023.2.60_v7.0.306-90.1.el9_2',
  '1.0.2k-24.amzn2.0.12',
  '8.5.0-1.amzn2023.0.4',
  '6.6.30-1.ph5',
  '1.26.0-2.azl3',
  '9.1.0-2.mga9',
  '1.module+el8.9.0+19780+1b5ac5b6',
  '1:18.20.2-1.module+el8.9.0+21767+537f34ee',
  '11:13.0.7-1.oe2403',
  '2:4.9-12.el9',
  '1.8.0.412.b08-2.el9',
  '0.9.8zh-0.52',
  '2.0.1a-3',
  '1.900.1-21.el7_4',
];
const joints = ['.', '.', '.', '+', '~', '^', '~~', '^^', '~^', '^~', '', '_', '._', '%'];
const releases = [
  '0',
  '1',
  '2',
  '10',
  '01',
  '1.el9',
  '1.el9_4',
  '1.el8',
  '2.fc40',
  '0.1.rc1',
  '1~bpo',
  '1^git1',
  '1.1',
];

// rpmspec refuses two dots in a row; asking it about every single version would take minutes.
const pairs = relatedPairs(random, 5_000, makeVersion, changeVersion).filter((pair) => !pair.join(' ').includes('..'));
// An empty version or release is refused by us and not by rpmspec, where a comma ends the dependency that holds the text.
const doubtful = spoiled(random, 400, makeVersion).filter((text) => !/:$|:-|^-|-$|,/.test(text));
const questions = [...pairs, ...doubtful.map((text) => [text, text])];
writeOracle(
  new URL('../../../libs/versions/src/rpm/oracle.generated.txt', import.meta.url),
  [
    'Made by tools/oracles/rpm/generate.mjs with rpm.ver, rpm.ds ("<~": "<= A" holds for B) and rpmspec ("!"). Do not edit.',
    execFileSync('rpm', ['--version'], { encoding: 'utf8' }).trim(),
  ],
  linesFrom('/usr/bin/python3', [fileURLToPath(new URL('ask.py', import.meta.url))], questions),
);

function makeVersion() {
  if (random.chance(0.3)) return random.pick(seen);
  const epoch = random.chance(0.15) ? `${random.pick(['0', '1', '2', '10', '00', ''])}:` : '';
  let version = random.chance(0.9) ? String(random.below(12)) : random.pick(pieces);
  for (let n = random.below(5); n > 0; n--) version += random.pick(joints) + random.pick(pieces);
  return epoch + version + (random.chance(0.5) ? `-${random.pick(releases)}` : '');
}

function changeVersion(version) {
  switch (random.below(8)) {
    case 0:
      return version + random.pick(['.0', '~', '^', '.b1', 'a', '0', '~rc1', '^git1', '.1', '_', '+']);
    case 1:
      return version.replace(/\d+/, (digits) => `0${digits}`);
    case 2:
      return version.replace(/(\d+)(\D*)$/, (_, digits, rest) => `${BigInt(digits) + 1n}${rest}`);
    case 3:
      return version.replace(/[.+~^_](?=[^.+~^_]*$)/, () => random.pick(['.', '+', '~', '^', '']));
    case 4:
      return version.replace(/-[^-]*$/, '') + (random.chance(0.5) ? `-${random.pick(releases)}` : '');
    case 5:
      return version.replace(/^(\d*:)?/, random.pick(['', '0:', '1:', '2:']));
    case 6:
      return version.replace(/(\d+)/, (digits) => String(BigInt(digits) + 1n));
    default:
      return version.replace(/[a-zA-Z]+/, () => random.pick(['a', 'b', 'Z', 'rc', '~', '^', '1']));
  }
}
