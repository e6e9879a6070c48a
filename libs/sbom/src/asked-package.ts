import { normalizeAdvisoryName, type Package } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { namesPackage } from './purl-match';

/**
 * Whether a package is the one that is asked about: by a package URL, or by a name of it or of its source, with its version or
 * without. As its ecosystem has names for the same: who asks has it from elsewhere, a lock file or another document.
 */
export function isAskedFor(pkg: Package, asked: string): boolean {
  const { ecosystem, version, purl } = pkg;
  if (asked.startsWith('pkg:')) return asked === purl || namesPackage(asked, purl);
  const end = `@${version}`;
  const name = asked.endsWith(end) ? asked.slice(0, -end.length) : asked;
  return namesOf(pkg).includes(normalizeAdvisoryName(ecosystem, name));
}

/** Also those that only advisories have for it: Go's `std` is `stdlib` there. */
function namesOf(pkg: Package): readonly string[] {
  const { ecosystem, name, source } = pkg;
  const own = [name, ...(source === undefined ? [] : [source.name])].map((each) =>
    normalizeAdvisoryName(ecosystem, each),
  );
  return [...own, ...(ecosystemOf(pkg)?.lookupKeys(pkg) ?? []).map((key) => key.name)];
}
