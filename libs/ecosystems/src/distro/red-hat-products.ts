import type { ExtractedPackage, Release } from '@tidewaiter/contracts';
import { majorMinorOf, majorOf, numbered } from './release-texts';

/** Extended support of one minor release; the image's content sets say that it follows one. */
const extendedLines = ['eus', 'e4s', 'tus', 'aus'];

/**
 * The end of the CPE of the product that a package is of. OpenShift's packages say in their version which release they are of:
 * `1.26.3-3.rhaos4.13.gitd3e5d2c.el9`.
 */
export function productOf(release: Release, { version }: ExtractedPackage): string | undefined {
  const major = majorOf(release);
  if (major === undefined) return undefined;
  const openshift = /\.rhaos(\d+\.\d+)\./.exec(version)?.[1];
  if (openshift !== undefined) return `openshift:${openshift}::el${major}`;
  const minor = majorMinorOf(release);
  const line = extendedLines.find((name) => release.support?.includes(name));
  return line === undefined || minor === undefined ? `enterprise_linux:${major}` : `rhel_${line}:${minor}`;
}

/** Under which products advisories file what concerns a package of this one, the narrowest first. */
export function filedUnder(product: string): readonly string[] {
  const [, name = '', major = '', minor, rest = ''] = /^([^:]+):(\d+)(?:\.(\d+))?(.*)$/.exec(product) ?? [];
  if (name === 'openshift') {
    // A record may leave out the release, the system below, or both.
    return [product, `${name}:${major}.${minor}`, `${name}:${major}${rest}`, `${name}:${major}`];
  }
  if (name !== 'enterprise_linux')
    return [...inRepositories(product, major), ...filedUnder(`enterprise_linux:${major}`)];
  // From 10 on the CPE carries the minor release and names no repository.
  if (Number(major) >= 10) return [product, ...numbered(0, 10).map((each) => `${product}.${each}`)];
  return [...inRepositories(product, major), ...besides(major)];
}

const repositoriesTo7 = ['server', 'client', 'workstation', 'computenode', 'fastdatapath'];
const repositoriesFrom8 = [
  'baseos',
  'appstream',
  'crb',
  'supplementary',
  'highavailability',
  'resilientstorage',
  'nfv',
  'realtime',
  'sap',
  'sap_hana',
  'fastdatapath',
];

function inRepositories(product: string, major: string): readonly string[] {
  const repositories = Number(major) >= 8 ? repositoriesFrom8 : repositoriesTo7;
  return [product, ...repositories.map((name) => `${product}::${name}`)];
}

/**
 * Up to 7 software lies in repositories beside the system's: collections (`rh-python38-python`), extras, and, after the end of general
 * support, what only subscribers to more of it get.
 */
function besides(major: string): readonly string[] {
  if (Number(major) >= 8) return [];
  const collections = numbered(1, 3).map((each) => `rhel_software_collections:${each}::el${major}`);
  return [`rhel_extras:${major}`, `rhel_els:${major}`, ...collections];
}
