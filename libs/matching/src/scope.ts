import { ecosystemBase, type AffectedPackage, type Package } from '@tidewaiter/contracts';

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
function isOfModule(pkg: Package, { module }: AffectedPackage): boolean {
  if (module === undefined) return true;
  if (pkg.module !== undefined) return pkg.module === module;
  const isModular = pkg.version.includes('.module');
  return isModular ? module !== '' : module === '';
}

/**
 * Whether an entry is about the very line of extended support that the package is of. Such a line is fixed on its own, by builds with
 * lower numbers than the mainline's, so that its word about a vulnerability makes the mainline's meaningless.
 */
export function isOfOwnLine(pkg: Package, affected: AffectedPackage): boolean {
  if (!/^Red Hat:rhel_(?:eus|e4s|tus|aus):/.test(pkg.ecosystem)) return false;
  return affected.ecosystem === pkg.ecosystem || affected.ecosystem.startsWith(`${pkg.ecosystem}::`);
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
  const bounds = affected.ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event)));
  const versions = bounds.filter((version) => version !== '0');
  return versions.length === 0 || versions.some((version) => flavourOf(version) === flavourOf(pkg.version));
}

function flavourOf(version: string): string {
  return /\.ksplice\d|_fips/.exec(version)?.[0].replace(/\d/, '') ?? '';
}
