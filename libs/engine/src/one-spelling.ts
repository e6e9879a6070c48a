import type { InventoryPackage } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { textOrder } from '@tidewaiter/kit';

/**
 * A package may have one name and many spellings (`Jinja2` and `jinja2`, PEP 503), and files of one image need not agree: taken for two,
 * it would be found twice with everything that is wrong with it. Every statement gets one spelling: that of what is installed before
 * what a lock file asks for and what another package carries inside itself; then of the lowest layer, of the first path, and the first
 * as text.
 */
export function withOneSpelling(packages: readonly InventoryPackage[]): readonly InventoryPackage[] {
  const shown = new Map<string, InventoryPackage>();
  const keys = packages.map(spellingKey);
  for (const [at, pkg] of packages.entries()) {
    const key = keys[at];
    if (key === undefined) continue;
    const known = shown.get(key);
    if (known === undefined || spellingOrder(pkg, known) < 0) shown.set(key, pkg);
  }
  return packages.map((pkg, at) => {
    const { name, purl } = shown.get(keys[at] ?? '') ?? pkg;
    return name === pkg.name && purl === pkg.purl ? pkg : { ...pkg, name, purl };
  });
}

/** The same for all spellings of one package; undefined where names are one only byte by byte. */
function spellingKey(pkg: InventoryPackage): string | undefined {
  const folded = ecosystemOf(pkg)?.foldName?.(pkg.name);
  if (folded === undefined) return undefined;
  // Some purls keep the case of the name; what follows it has a meaning in any case.
  const path = /^[^@?#]*/.exec(pkg.purl)?.[0] ?? '';
  return JSON.stringify([pkg.ecosystem, folded, pkg.version, path.toLowerCase(), pkg.purl.slice(path.length)]);
}

function spellingOrder(a: InventoryPackage, b: InventoryPackage): number {
  return (
    Number(a.isLocked === true) - Number(b.isLocked === true) ||
    Number(a.isVendored === true) - Number(b.isVendored === true) ||
    (a.layer?.index ?? 0) - (b.layer?.index ?? 0) ||
    textOrder(a.locations[0] ?? '', b.locations[0] ?? '') ||
    textOrder(a.name, b.name) ||
    textOrder(a.purl, b.purl)
  );
}
