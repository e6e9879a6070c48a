import { ecosystemOf, schemeForEcosystem } from '../registry';
import { osvScheme } from './osv-scheme';

/** The list of https://ossf.github.io/osv-schema/#defined-ecosystems, with the order OSV's own service gives each. */
const names: readonly (readonly [string, string])[] = [
  ['AlmaLinux', 'rpm'],
  ['Alpaquita', 'apk'],
  ['Alpine', 'apk'],
  ['Android', 'none'],
  ['Azure Linux', 'rpm'],
  ['BellSoft Hardened Containers', 'apk'],
  ['Bioconductor', 'cran'],
  ['Bitnami', 'bitnami'],
  ['Chainguard', 'apk'],
  ['CleanStart', 'apk'],
  ['ConanCenter', 'semver'],
  ['CRAN', 'cran'],
  ['crates.io', 'semver'],
  ['Debian', 'dpkg'],
  ['Docker Hardened Images:Alpine', 'apk'],
  ['Echo', 'dpkg'],
  ['FreeBSD', 'none'],
  ['GHC', 'semver'],
  ['GitHub Actions', 'github-actions'],
  ['Go', 'go'],
  ['Hackage', 'hackage'],
  ['Hex', 'semver'],
  ['Julia', 'semver'],
  ['Kubernetes', 'semver'],
  ['Linux', 'none'],
  ['Mageia', 'rpm'],
  ['Maven', 'maven'],
  ['MinimOS', 'apk'],
  ['npm', 'npm'],
  ['NuGet', 'nuget'],
  ['opam', 'dpkg'],
  ['openEuler', 'rpm'],
  ['openSUSE', 'rpm'],
  ['OSS-Fuzz', 'none'],
  ['Packagist', 'composer'],
  ['Photon OS', 'rpm'],
  ['Pub', 'pub'],
  ['PyPI', 'pep440'],
  ['Red Hat', 'rpm'],
  ['Rocky Linux', 'rpm'],
  ['Root:Alpine', 'apk'],
  ['RubyGems', 'rubygems'],
  ['SUSE', 'rpm'],
  ['SwiftURL', 'semver'],
  ['TuxCare:Debian', 'dpkg'],
  ['Ubuntu', 'dpkg'],
  ['VSCode', 'semver'],
  ['Wolfi', 'apk'],
];

describe('osvScheme', () => {
  it.each(names)('%s is ordered as %s', (name, expected) => {
    expect(osvScheme(name)?.id ?? 'none').toBe(expected);
  });

  it.each([
    ['Debian:12', 'dpkg'],
    ['Alpine:v3.20', 'apk'],
    ['Ubuntu:Pro:22.04:LTS', 'dpkg'],
    ['SUSE:Linux Enterprise Server 15 SP6', 'rpm'],
    ['Red Hat:enterprise_linux:9::appstream', 'rpm'],
  ])('what follows the name is a release: %s is ordered as %s', (name, expected) => {
    expect(osvScheme(name)?.id).toBe(expected);
  });

  it.each([
    ['Root:Debian:bookworm', 'dpkg'],
    ['Root:PyPI', 'pep440'],
    ['Root:pypi', 'pep440'],
    ['Root:npm', 'pub'],
    ['Echo:PyPI', 'pep440'],
    ['Echo:npm', 'pub'],
    ['Echo', 'dpkg'],
    ['TuxCare:Maven', 'maven'],
    ['Docker Hardened Images:Debian:trixie', 'dpkg'],
  ])('a rebuilder, %s, is ordered like what it rebuilds: %s', (name, expected) => {
    expect(osvScheme(name)?.id).toBe(expected);
  });

  it('counts the mark of a rebuild, which npm itself does not', () => {
    const scheme = osvScheme('Root:npm');
    const versions = ['4.17.20', '4.17.20+root.io.2', '4.17.20+root.io.10', '4.17.21'].map((raw) => scheme?.parse(raw));
    const orders = versions.slice(1).map((version, at) => {
      const before = versions[at];
      return version?.ok === true && before?.ok === true ? scheme?.compare(before.value, version.value) : undefined;
    });
    expect(orders).toEqual([-1, -1, -1]);
  });

  it.each([
    'Root',
    'Root:',
    'TuxCare',
    'TuxCare:TuxCare:Debian',
    'Docker Hardened Images',
    'Root:Linux',
    'Nonsense',
    '',
  ])('knows no order for "%s"', (name) => {
    expect(osvScheme(name)).toBeUndefined();
  });

  it('is how packages of the ecosystem are ordered', () => {
    for (const [name, expected] of names) {
      const scheme = ecosystemOf({ ecosystem: name })?.scheme;
      if (scheme !== undefined) expect(scheme).toBe(osvScheme(name));
      expect(schemeForEcosystem(name)?.id ?? 'none').toBe(expected);
    }
  });
});
