/**
 * Names the way advisories and lookups agree on. Feeds use it for what they store, ecosystems for what they ask, so a
 * record and a package meet exactly when both went through here.
 */

/** `Debian:12` -> `Debian`: the OSV ecosystem without its release. */
export function ecosystemBase(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon === -1 ? ecosystem : ecosystem.slice(0, colon);
}

/** The stored and looked-up form of a package name. `ecosystem` may carry its release. */
export function normalizeAdvisoryName(ecosystem: string, name: string): string {
  switch (ecosystemBase(ecosystem)) {
    case 'npm':
    case 'NuGet':
    case 'Packagist':
    case 'Hex':
    case 'Pub':
    case 'Bitnami':
    case 'crates.io':
    case 'GitHub Actions':
      return name.toLowerCase();
    case 'Go':
      // Module paths have case, and package URLs are in lower case. No program has two paths that differ in case alone: go refuses to
      // build it. https://github.com/package-url/purl-spec/blob/main/types-doc/golang-definition.md
      // https://cs.opensource.google/go/go/+/master:src/cmd/go/internal/load/pkg.go ("case-insensitive import collision")
      return name.toLowerCase();
    case 'PyPI':
      // https://packaging.python.org/en/latest/specifications/name-normalization/
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'SwiftURL':
      return name.replace(/^https?:\/\//, '').replace(/\.git$/, '');
    default:
      // Distros, Maven and the rest compare names byte by byte.
      return name;
  }
}
