import type { SbomPackage } from './packages';
import { readSbom, type Sbom } from './sbom';

/** For specs: what became of a document, which must be one. */
export function sbomOf(document: unknown): Sbom {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const sbom = readSbom(Buffer.from(text));
  if (!sbom.ok) throw new Error(sbom.error.message);
  return sbom.value;
}

/** `purl (source)` as the ecosystem of each package names it. */
export function identities({ packages }: Pick<Sbom, 'packages'>): readonly string[] {
  return packages.map(({ ecosystem, extracted, release }: SbomPackage) => {
    const pkg = ecosystem?.identify(extracted, release);
    if (pkg === undefined) return `unknown ${extracted.name}`;
    return pkg.source === undefined ? pkg.purl : `${pkg.purl} (${pkg.source.name} ${pkg.source.version})`;
  });
}
