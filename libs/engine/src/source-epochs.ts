import type { InventoryPackage } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';

/**
 * An rpm names its source by a file name, which has no epoch; advisories for the source have one. A package with its source's own version
 * has its epoch too, so its ecosystem knows it (perl-libs, 4:5.32.1). One with a version of its own (perl-Errno, 1.30) does not, and takes
 * it from what else of the image was built from the same source.
 */
export function withSourceEpochs(packages: readonly InventoryPackage[]): readonly InventoryPackage[] {
  const known = new Map<string, string>();
  for (const pkg of packages) {
    const version = pkg.source?.version ?? '';
    const colon = version.indexOf(':');
    if (pkg.source !== undefined && colon !== -1 && isRpm(pkg)) {
      known.set(keyOf(pkg.source.name, version.slice(colon + 1)), version);
    }
  }
  if (known.size === 0) return packages;
  return packages.map((pkg) => {
    const { source } = pkg;
    const version = source === undefined || !isRpm(pkg) ? undefined : known.get(keyOf(source.name, source.version));
    return source === undefined || version === undefined ? pkg : { ...pkg, source: { name: source.name, version } };
  });
}

function isRpm(pkg: InventoryPackage): boolean {
  return ecosystemOf(pkg)?.purlType === 'rpm';
}

function keyOf(name: string, version: string): string {
  return `${name}\0${version}`;
}
