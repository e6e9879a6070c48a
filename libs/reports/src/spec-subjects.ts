import {
  nothingToAssess,
  type Finding,
  type Inventory,
  type InventoryPackage,
  type ScanReport,
  type Suppression,
} from '@tidewaiter/contracts';
import type { ReportSubject, ReportTool } from './report-format';

/** For specs: two packages of a Debian image in two layers, one of them there twice, and what is wrong with them. */
export const tool: ReportTool = { name: 'tidewaiter', version: '1.2.3' };

const base = { index: 0, digest: `sha256:${'a'.repeat(64)}`, diffId: `sha256:${'b'.repeat(64)}` };
const app = {
  index: 1,
  digest: `sha256:${'c'.repeat(64)}`,
  diffId: `sha256:${'d'.repeat(64)}`,
  createdBy: 'RUN npm ci',
};

const libssl: InventoryPackage = {
  ecosystem: 'Debian:12',
  name: 'libssl3',
  version: '3.0.11-1~deb12u2',
  architecture: 'amd64',
  purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
  source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
  layer: base,
  locations: ['var/lib/dpkg/status'],
  licenses: ['Apache-2.0'],
  cpes: ['cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*'],
};

const scoped: InventoryPackage = {
  ecosystem: 'npm',
  name: '@scope/name',
  version: '1.0.0+x',
  purl: 'pkg:npm/%40scope/name@1.0.0%2Bx',
  layer: app,
  locations: ['app/node_modules/@scope/name/package.json', 'app/über uns/package.json'],
  licenses: ['MIT OR Apache-2.0', 'BSD, roughly'],
};

export const inventory: Inventory = {
  image: {
    digest: `sha256:${'1'.repeat(64)}`,
    configDigest: `sha256:${'2'.repeat(64)}`,
    platform: { os: 'linux', architecture: 'amd64' },
    os: { id: 'debian', versionId: '12', versionCodename: 'bookworm', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
    created: '2024-05-06T07:08:09.123456789Z',
  },
  layers: [
    { ...base, sizeBytes: 10 },
    { ...app, sizeBytes: 20 },
  ],
  packages: [
    libssl,
    scoped,
    { ...scoped, layer: base, locations: ['usr/lib/node_modules/@scope/name/package.json'], ownedBy: libssl.purl },
  ],
  executables: [],
  assessability: nothingToAssess,
  complete: false,
  problems: [{ code: 'file-invalid', message: 'The file is no JSON; it was not read.', path: 'app/package.json' }],
};

const findings: Finding[] = [
  {
    vulnerability: { id: 'CVE-2023-5363', aliases: ['DSA-5532-1', 'GHSA-xxxx'] },
    package: { purl: libssl.purl, ecosystem: libssl.ecosystem, name: libssl.name, version: libssl.version },
    verdict: 'affected',
    severity: 'high',
    score: 7.5,
    fixedIn: '3.0.13-1~deb12u1',
    summary: 'Incorrect cipher key & IV length processing',
    advisory: { feed: 'osv', id: 'DSA-5532-1' },
    also: [],
    evidence: {
      version: libssl.version,
      of: 'source',
      name: 'openssl',
      ecosystem: 'Debian:12',
      scheme: 'dpkg',
      range: '>= 0, < 3.0.13-1~deb12u1',
    },
  },
  {
    vulnerability: { id: 'GHSA-aaaa-bbbb-cccc', aliases: [] },
    package: { purl: scoped.purl, ecosystem: scoped.ecosystem, name: scoped.name, version: scoped.version },
    verdict: 'undetermined',
    reason: 'the advisory names no version',
    severity: 'unknown',
    advisory: { feed: 'osv', id: 'GHSA-aaaa-bbbb-cccc' },
    also: [],
  },
];

const report: ScanReport = {
  target: 'registry.example/team/app:1.0',
  image: { digest: inventory.image.digest ?? null, platform: 'linux/amd64', os: { id: 'debian', versionId: '12' } },
  assessability: nothingToAssess,
  complete: false,
  packages: inventory.packages,
  findings,
  problems: [...inventory.problems, { code: 'ecosystem-not-covered', message: 'No advisories about "npm" are here.' }],
};

export const read: ReportSubject = { target: report.target, repository: 'registry.example/team/app', inventory };
export const judged: ReportSubject = { ...read, report };

/** The same after Acme has vouched for what is wrong with libssl. */
export function vouched(suppression: Partial<Suppression> = {}): ReportSubject {
  const [first, ...rest] = findings;
  if (first === undefined) throw new Error('there is a finding to vouch for');
  const said: Suppression = {
    status: 'not_affected',
    source: 'acme.json',
    document: 'https://acme.example/vex-1',
    author: 'Acme',
    justification: 'vulnerable_code_not_in_execute_path',
    statement: 'No cipher of that kind is used.',
    timestamp: '2026-02-03T04:05:06Z',
    ...suppression,
  };
  return { ...judged, report: { ...report, findings: rest, suppressed: [{ ...first, suppression: said }] } };
}

/** A root file system in which nothing is, and nothing is wrong with that. */
export const empty: ReportSubject = {
  target: './root fs',
  inventory: {
    image: {},
    layers: [],
    packages: [],
    executables: [],
    assessability: nothingToAssess,
    complete: true,
    problems: [],
  },
  report: {
    target: './root fs',
    image: { digest: null, platform: null, os: null },
    assessability: nothingToAssess,
    complete: true,
    packages: [],
    findings: [],
    problems: [],
  },
};
