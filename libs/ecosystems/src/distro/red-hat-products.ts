import type { ExtractedPackage, Package, Release } from '@tidewaiter/contracts';
import { majorMinorOf, majorOf, numbered } from './release-texts';

/** Extended support of one minor release; the image's content sets say that it follows one. */
const extendedLines = ['eus', 'e4s', 'tus', 'aus'] as const;

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
  return line === undefined || minor === undefined ? `enterprise_linux:${major}` : extendedProduct(line, minor);
}

/** From 10 on extended support has the system's name. https://redhatproductsecurity.github.io/security-data-guidelines/cpe/ */
function extendedProduct(line: string, minor: string): string {
  return `${Number(majorOf({ versionId: minor })) >= 10 ? 'enterprise_linux' : 'rhel'}_${line}:${minor}`;
}

/** A line of extended support that an ecosystem of advisories is. */
export interface ExtendedLine {
  /** `EUS` */
  readonly line: string;
  /** `9.2` */
  readonly minor: string;
}

/** Of `Red Hat:rhel_eus:9.2::baseos`. */
export function extendedLineOf(ecosystem: string): ExtendedLine | undefined {
  const [, line, minor] =
    /^Red Hat:(?:rhel|enterprise_linux)_(eus|e4s|tus|aus):(\d+\.\d+)(?:::|$)/.exec(ecosystem) ?? [];
  return line === undefined || minor === undefined ? undefined : { line: line.toUpperCase(), minor };
}

/**
 * The minor release that a build was made for, as its release says: `9.2` of `17.el9_2` and of `4.module+el9.2.0.z+21341+bb3ef8bc`.
 * A build without it may be of any.
 */
export function minorOfBuild(version: string): string | undefined {
  const [, major, minor] =
    /\.el(\d+)_(\d+)(?:\.|$)/.exec(version) ?? /\.module[+_]el(\d+)\.(\d+)\.\d/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : `${major}.${minor}`;
}

/**
 * Under which products advisories file what concerns a package of this one, the narrowest first. What is built for a minor
 * release may be of one of its lines of extended support, whether the image says that it follows one or not.
 */
export function filedUnder(product: string, build?: Pick<Package, 'version'>): readonly string[] {
  const [, name, major = '', minor, rest = ''] = /^([^:]+):(\d+)(?:\.(\d+))?(.*)$/.exec(product) ?? [];
  // A product without a number (`Red Hat:hummingbird`) is of no release of the system.
  if (name === undefined) return [product];
  if (name === 'openshift') {
    // A record may leave out the release, the system below, or both.
    return [product, `${name}:${major}.${minor}`, `${name}:${major}${rest}`, `${name}:${major}`];
  }
  if (name !== 'enterprise_linux')
    return [...inRepositories(product, major), ...filedUnder(`enterprise_linux:${major}`, build)];
  // From 10 on the CPE carries the minor release and names no repository.
  const usual =
    Number(major) >= 10
      ? [product, ...numbered(0, 10).map((each) => `${product}.${each}`)]
      : [...inRepositories(product, major), ...besides(major)];
  return [...usual, ...inExtendedLines(major, build)];
}

function inExtendedLines(major: string, build: Pick<Package, 'version'> | undefined): readonly string[] {
  const minor = build === undefined ? undefined : minorOfBuild(build.version);
  if (minor === undefined || majorOf({ versionId: minor }) !== major) return [];
  return extendedLines.flatMap((line) => inRepositories(extendedProduct(line, minor), major, line));
}

type Line = (typeof extendedLines)[number];

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

/** What the lines of extended support have of it; the longer the support, the less. */
const extendedTo7: Readonly<Record<Line, readonly string[]>> = {
  eus: ['server', 'computenode'],
  e4s: ['server'],
  tus: ['server'],
  aus: ['server'],
};
const extendedFrom8: Readonly<Record<Line, readonly string[]>> = {
  eus: repositoriesFrom8.filter((name) => name !== 'fastdatapath'),
  e4s: ['baseos', 'appstream', 'highavailability', 'resilientstorage', 'nfv', 'realtime', 'sap', 'sap_hana'],
  tus: ['baseos', 'appstream', 'highavailability', 'nfv', 'realtime'],
  aus: ['baseos', 'appstream'],
};

function inRepositories(product: string, major: string, line?: Line): readonly string[] {
  if (Number(major) >= 10) return [product];
  const [usual, extended] = Number(major) >= 8 ? [repositoriesFrom8, extendedFrom8] : [repositoriesTo7, extendedTo7];
  const repositories = line === undefined ? usual : extended[line];
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
