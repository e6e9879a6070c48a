import { hash } from 'node:crypto';
import { lookupRevision } from './lookup-revision';
import { ecosystemOf, ecosystems } from './registry';

/**
 * What the keys of packages were when `lookupRevision` was this. Packages that are recorded keep their keys until it is raised, so
 * whoever changes how keys are made and not the revision overlooks advisories of every package that is known, and no other test sees it.
 */
const revision = 6;

interface Identity {
  readonly ecosystem: string;
  readonly name: string;
  readonly version?: string;
  /** The source package's name. */
  readonly source?: string;
}

const openssl = { name: 'openssl-libs', source: 'openssl' };

const few: readonly (Identity & { readonly keys: readonly string[] })[] = [
  { ecosystem: 'AlmaLinux:9', ...openssl, keys: ['AlmaLinux:9 openssl', 'AlmaLinux:9 openssl-libs'] },
  { ecosystem: 'Alpine:v3.20', ...openssl, keys: ['Alpine:v3.20 openssl', 'Alpine:v3.20 openssl-libs'] },
  { ecosystem: 'Amazon Linux:2023', ...openssl, keys: ['Amazon Linux:2023 openssl-libs'] },
  { ecosystem: 'Azure Linux:3', ...openssl, keys: ['Azure Linux:3 openssl'] },
  { ecosystem: 'Debian:12', ...openssl, keys: ['Debian:12 openssl'] },
  { ecosystem: 'Debian:12', name: 'openssl', keys: ['Debian:12 openssl'] },
  {
    ecosystem: 'GitHub Actions',
    name: 'Actions/Cache/save',
    keys: ['GitHub Actions actions/cache', 'GitHub Actions actions/cache/save'],
  },
  {
    ecosystem: 'Go',
    name: 'github.com/Masterminds/sprig/v3',
    keys: ['Go github.com/Masterminds/sprig/v3', 'Go github.com/masterminds/sprig/v3'],
  },
  { ecosystem: 'Go', name: 'std', keys: ['Go std', 'Go stdlib'] },
  { ecosystem: 'Maven', name: 'org.Apache:log4j', keys: ['Maven org.Apache:log4j'] },
  { ecosystem: 'PyPI', name: 'Ruamel_Yaml.clib', keys: ['PyPI ruamel-yaml-clib'] },
  { ecosystem: 'RubyGems', name: 'RedCloth', keys: ['RubyGems RedCloth'] },
  {
    ecosystem: 'Red Hat:openshift:4.13::el9',
    name: 'cri-o',
    version: '1.26.3-3.rhaos4.13.gitd3e5d2c.el9',
    keys: [
      'Red Hat:openshift:4 cri-o',
      'Red Hat:openshift:4.13 cri-o',
      'Red Hat:openshift:4.13::el9 cri-o',
      'Red Hat:openshift:4::el9 cri-o',
    ],
  },
  {
    ecosystem: 'SwiftURL',
    name: 'https://github.com/apple/swift-nio.git',
    keys: ['SwiftURL github.com/apple/swift-nio'],
  },
  {
    ecosystem: 'Ubuntu:22.04:LTS',
    ...openssl,
    keys: ['Ubuntu:22.04 openssl', 'Ubuntu:22.04:LTS openssl', 'Ubuntu:Pro:22.04:LTS openssl'],
  },
  { ecosystem: 'Ubuntu:25.10', ...openssl, keys: ['Ubuntu:25.10 openssl'] },
  {
    ecosystem: 'Ubuntu:Pro:22.04:LTS',
    ...openssl,
    keys: ['Ubuntu:22.04 openssl', 'Ubuntu:22.04:LTS openssl', 'Ubuntu:Pro:22.04:LTS openssl'],
  },
  {
    ecosystem: 'Ubuntu:Pro:FIPS:22.04:LTS',
    ...openssl,
    keys: ['Ubuntu:Pro:FIPS-updates:22.04:LTS openssl', 'Ubuntu:Pro:FIPS:22.04:LTS openssl'],
  },
  { ecosystem: 'npm', name: '@Types/Node', keys: ['npm @types/node'] },
];

/** How many, and the beginning of their SHA-256. */
const many: readonly (Identity & { readonly keys: string })[] = [
  { ecosystem: 'Red Hat:enterprise_linux:7', ...openssl, version: '1.0.2k-26.el7_9', keys: '40 4bad6bde1f69' },
  {
    ecosystem: 'Red Hat:enterprise_linux:8',
    ...openssl,
    version: '1-4.module+el8.9.0+2+bb3ef8bc',
    keys: '82 27a1b6156738',
  },
  { ecosystem: 'Red Hat:enterprise_linux:9', ...openssl, version: '3.0.7-17.el9_2', keys: '82 6811d41880e8' },
  { ecosystem: 'Red Hat:enterprise_linux:10', ...openssl, version: '3.2.2-16.el10_0', keys: '32 1a8619ab6acf' },
  { ecosystem: 'Red Hat:rhel_eus:9.4', ...openssl, version: '3.0.7-27.el9', keys: '48 674fe1ea3f7d' },
  { ecosystem: 'SUSE:Linux Enterprise Server 12 SP5', ...openssl, keys: '4 43a1015b589d' },
  { ecosystem: 'SUSE:Linux Enterprise Server 15 SP6', ...openssl, keys: '24 53e71d7fe377' },
];

/** The same of a package in each ecosystem that does not say its release: that of every release is asked for. */
const withoutRelease: Readonly<Record<string, string>> = {
  AlmaLinux: '6 91f755be3cf3',
  Alpaquita: '6 aac5c6dac535',
  Alpine: '48 4b67daf4f232',
  'Amazon Linux': '4 d7348165fc42',
  'Arch Linux': '2 e7c2deb2ca23',
  'Azure Linux': '3 dec574853d3b',
  'BellSoft Hardened Containers': '6 d5be0c46bc89',
  Bitnami: '1 a4898a25b85d',
  Bottlerocket: '1 a157c4d2f0dc',
  'CentOS Stream': '6 56fa4772fddb',
  Chainguard: '2 7802d72a035e',
  ConanCenter: '1 64fd2e8db313',
  Conda: '1 5625fb7f900c',
  CPAN: '1 8b16028cee1b',
  CRAN: '1 334dd6b78a97',
  'crates.io': '1 e9d1f63ce4b7',
  Debian: '9 e9b260cb6533',
  Devuan: '1 fc0bc3052743',
  Echo: '1 7aa9702c5ae6',
  Fedora: '8 ceac8ce631ee',
  generic: '1 5d8799334261',
  'GitHub Actions': '1 f065ea16060e',
  Go: '2 132b933ebc98',
  Hackage: '1 f33823cab79e',
  Hex: '1 9c777ab16f31',
  Julia: '1 cb7046f2fd77',
  'Kali Linux': '1 4a381e1f1758',
  'Linux Mint': '1 d2b72d614517',
  LuaRocks: '1 62f855889338',
  Mageia: '4 9f763e999a12',
  Maven: '1 826c900d2cbc',
  MinimOS: '2 71721f61ba10',
  npm: '1 f1aa53b6086d',
  NuGet: '1 428ffd43c87d',
  openEuler: '15 fbe4ae582bad',
  openSUSE: '18 1c93e18bf705',
  OpenWrt: '2 c44e53eb2519',
  'Oracle Linux': '6 e8710592c46a',
  Packagist: '1 21fc4d994c9f',
  'Photon OS': '10 af8ce2e7c273',
  'Pop!_OS': '1 15ddf9fe5ae3',
  Pub: '1 a11b6eb8dd35',
  PyPI: '1 13866fa1a128',
  Raspbian: '1 6e18fab6b48e',
  'Red Hat': '138 40fc3622e51d',
  'Rocky Linux': '6 34b35aa06374',
  RubyGems: '1 fde46baba070',
  SUSE: '238 be19e249c45e',
  SwiftURL: '1 00527f5c468e',
  Ubuntu: '25 25cdada74367',
  Wolfi: '2 000c09d9967d',
  'WordPress Plugin': '1 53fe41053d12',
  'WordPress Theme': '1 9067f2f9c972',
};

it.each([...few, ...many])('$ecosystem $name is looked up by the keys of its revision', ({ keys, ...identity }) => {
  expectKeys(identity, keys);
});

it.each(ecosystems)('packages of $advisoryEcosystem are looked up by the keys of their revision', (ecosystem) => {
  const { advisoryEcosystem } = ecosystem;
  expectKeys({ ecosystem: advisoryEcosystem, name: 'Lib_X.y', source: 'X' }, withoutRelease[advisoryEcosystem]);
});

it('the keys above are those of the revision', () => {
  const message = 'lookupRevision was raised: write the new revision and the new keys into this spec';
  expect({ message, revision: lookupRevision }).toEqual({ message, revision });
});

function expectKeys(identity: Identity, expected: readonly string[] | string | undefined): void {
  const { ecosystem, name, version = '1', source } = identity;
  const pkg = {
    ecosystem,
    name,
    version,
    purl: '',
    ...(source !== undefined && { source: { name: source, version } }),
  };
  const found = ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
  const keys = found.map((key) => `${key.ecosystem} ${key.name}`).sort();
  const is = typeof expected === 'object' ? keys.join(', ') : inShort(keys);
  const was = typeof expected === 'object' ? expected.join(', ') : expected;
  if (was === undefined) throw new Error(`${ecosystem} is new: its keys (${is}) belong into this spec.`);
  if (is === was) return;
  throw new Error(
    `${ecosystem} ${name} is looked up by other keys than before (${is} where it was ${was}). Raise lookupRevision in lookup-revision.ts, ` +
      'so that the keys of packages that are recorded are made anew, and write the new revision and keys into this spec.',
  );
}

function inShort(keys: readonly string[]): string {
  return `${keys.length} ${hash('sha256', keys.join('\n')).slice(0, 12)}`;
}
