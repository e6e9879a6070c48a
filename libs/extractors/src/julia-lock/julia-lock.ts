import type { Extractor } from '../extractor';
import { readLock, type VersionedLock } from '../lock';
import { parseToml } from '../toml';
import { JuliaManifest } from './julia-lock.schema';

const maxBytes = 8 * 1024 * 1024;

/** What Julia's package manager resolved. See README.md beside this file. */
export const juliaLock: Extractor = {
  id: 'julia-lock',
  revision: 2,
  reads: 'lock',
  files: [
    { baseName: 'Manifest.toml', maxBytes },
    { baseName: 'JuliaManifest.toml', maxBytes },
  ],
  extract: (file) => Promise.resolve(readLock(file, readManifest)),
};

function readManifest(text: string): VersionedLock | undefined {
  const manifest = JuliaManifest.safeParse(parseToml(text));
  if (!manifest.success) return undefined;
  const packages = Object.entries(manifest.data.deps ?? {}).flatMap(([name, entries]) =>
    // The standard library has no versions of its own.
    entries.flatMap(({ uuid, version }) =>
      version === undefined ? [] : [{ name, version, purlQualifiers: { uuid } }],
    ),
  );
  return { version: { stated: manifest.data.manifest_format, known: '2' }, packages };
}
