import { ecosystemBase, type AffectedPackage, type Package } from '@tidewaiter/contracts';
import { extendedLineOf, minorOfBuild, ubuntuArchiveOf } from '@tidewaiter/ecosystems';

/**
 * Whether an affected entry speaks of this build of a package at all: of its module stream, its architecture and its
 * flavour. What it does not speak of is neither affected nor cleared by it.
 */
export function speaksOf(pkg: Package, affected: AffectedPackage): boolean {
  return isOfModule(pkg, affected) && isOfArchitecture(pkg, affected) && isOfFlavour(pkg, affected);
}

/**
 * The same name and even the same version exist in several streams of a module, each fixed on its own. A package that the
 * database lists without a stream although its release says that it is modular may be of any (older Oracle Linux).
 */
function isOfModule(pkg: Package, affected: AffectedPackage): boolean {
  const { module } = affected;
  const isModular = pkg.version.includes('.module');
  // OSV's form of errata names no stream; the builds in it still tell whether they are of one.
  if (module === undefined) return isModular || pkg.module !== undefined || !isOfModularBuilds(affected);
  if (pkg.module !== undefined) return pkg.module === module;
  return isModular ? module !== '' : module === '';
}

function isOfModularBuilds(affected: AffectedPackage): boolean {
  const versions = boundsOf(affected);
  return versions.length > 0 && versions.every((version) => version.includes('.module'));
}

/**
 * Whether an entry is about the very line of builds that the package is of: a line of extended support, or a minor release of
 * Enterprise Linux that the build's release names (`6.el9_1.1`). Such a line is fixed on its own, by builds with lower numbers than
 * the mainline's, so that its word about a vulnerability makes the mainline's meaningless.
 */
export function isOfOwnLine(pkg: Package, affected: AffectedPackage): boolean {
  const minor = minorOf(affected.ecosystem, pkg.version);
  if (minor !== undefined && minor === extendedLineOf(affected.ecosystem)?.minor) return true;
  if (minor !== undefined && boundsOf(affected).some((version) => minorOf(affected.ecosystem, version) === minor))
    return true;
  if (extendedLineOf(pkg.ecosystem) === undefined) return false;
  return affected.ecosystem === pkg.ecosystem || affected.ecosystem.startsWith(`${pkg.ecosystem}::`);
}

/** Whether an entry is of a line of extended support that the package's image does not say it follows. */
export function isOfOtherSupport(pkg: Package, affected: AffectedPackage): boolean {
  const line = extendedLineOf(affected.ecosystem);
  const own = extendedLineOf(pkg.ecosystem);
  return line !== undefined && (line.line !== own?.line || line.minor !== own.minor);
}

/**
 * Ubuntu's public archive and its extended support mend the same sources, each by builds of its own: which of them an entry speaks
 * of, as the package sees it. A build of extended support starts from the archive's (`base`), so that whatever has the number of
 * the archive's fix has the fix; a build of the archive has nothing of what only subscribers get (`paid`), whatever its number is.
 */
export function archiveSideOf(pkg: Package, affected: AffectedPackage): 'own' | 'base' | 'paid' | undefined {
  const own = ubuntuArchiveOf(pkg.ecosystem);
  const other = ubuntuArchiveOf(affected.ecosystem);
  if (own === undefined || other === undefined) return undefined;
  if (own === other) return 'own';
  return own === 'extended' ? 'base' : 'paid';
}

/**
 * Whether a fix was built for a later minor release of Red Hat's than the build is for. The build may still have the higher number
 * (`35.el7_5`, `34.el7_6`): then it is one of extended support, and the number says nothing about the fix. Another version from
 * upstream is another matter.
 */
export function isFixOfLaterMinor(ecosystem: string, { build, fix }: { build: string; fix: string }): boolean {
  if (ecosystemBase(ecosystem) !== 'Red Hat' || upstreamOf(build) !== upstreamOf(fix)) return false;
  const [major, minor] = numbersOf(minorOfBuild(build));
  const [laterMajor, later] = numbersOf(minorOfBuild(fix));
  return minor !== undefined && later !== undefined && major === laterMajor && later > minor;
}

function numbersOf(minor = ''): readonly (number | undefined)[] {
  return minor === '' ? [] : minor.split('.').map(Number);
}

/** `2.0.0.648` of `0:2.0.0.648-35.el7_5`. */
function upstreamOf(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

/**
 * Whether an erratum is one that AlmaLinux wrote of itself, before there was Red Hat's fix (`ALSA-2025:A005`), and the package is the
 * build it names or a later one of the same base. The erratum that comes with Red Hat's fix has a higher number and knows nothing
 * of that build.
 */
export function isOfEarlyBuild(pkg: Package, advisoryId: string, affected: AffectedPackage): boolean {
  if (!/^AL[BES]A-\d{4}:A\d+$/.test(advisoryId)) return false;
  return boundsOf(affected).some((version) => baseOf(version) === baseOf(pkg.version));
}

/** Without AlmaLinux's own count: `13.el9_6.alma` of `13.el9_6.alma.1`, `611.54.el9_7` of a kernel's `611.54.3.el9_7`. */
function baseOf(version: string): string {
  return version.replace(/(?<=\.alma)\.\d+$|\.\d+(?=\.el\d+(?:_\d+)?$)/, '');
}

/** `9.1` of `el9_1`. Whoever rebuilds Red Hat's builds has one line for modules. */
function minorOf(ecosystem: string, version: string): string | undefined {
  const isRedHats = ecosystemBase(ecosystem) === 'Red Hat';
  return isRedHats || !version.includes('.module') ? minorOfBuild(version) : undefined;
}

function isOfArchitecture({ architecture }: Package, { architectures = [] }: AffectedPackage): boolean {
  if (architectures.length === 0 || architecture === undefined) return true;
  const own = canonical(architecture);
  return own === anyMachine || architectures.some((other) => [own, anyMachine].includes(canonical(other)));
}

const anyMachine = 'noarch';

/** Dpkg's, rpm's and OCI's words for the same machines. */
const sameMachine: Readonly<Record<string, string>> = {
  all: anyMachine,
  any: anyMachine,
  src: anyMachine,
  amd64: 'x86_64',
  arm64: 'aarch64',
  i386: 'x86',
  i486: 'x86',
  i586: 'x86',
  i686: 'x86',
  ppc64el: 'ppc64le',
  armv7hl: 'armhf',
  armv7: 'armhf',
};

function canonical(word: string): string {
  return sameMachine[word] ?? word;
}

/** Oracle builds some packages thrice. A build for live patching or one that is certified says nothing of the plain one. */
function isOfFlavour(pkg: Package, affected: AffectedPackage): boolean {
  if (ecosystemBase(affected.ecosystem) !== 'Oracle Linux') return true;
  const versions = boundsOf(affected);
  return versions.length === 0 || versions.some((version) => flavourOf(version) === flavourOf(pkg.version));
}

function flavourOf(version: string): string {
  return /\.ksplice\d|_fips/.exec(version)?.[0].replace(/\d/, '') ?? '';
}

function boundsOf({ ranges }: AffectedPackage): readonly string[] {
  const bounds = ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event)));
  return bounds.filter((version) => version !== '0');
}
