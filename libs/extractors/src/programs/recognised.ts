import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { ByteSource } from '@tidewaiter/formats';
import { cpeOf } from './cpe';
import { versionBy } from './evidence';
import { knownPrograms } from './known-programs';

/** Without what Windows adds, and without the hashes of libraries that were copied into a wheel: `libcrypto-fb8d5b21.so.3`. */
export function plainName(name: string): string {
  return name.replace(/\.exe$/i, '').replace(/(?:-[0-9a-f]{8}){1,4}(?=\.so(?:\.|$))/, '');
}

export function isNameOfKnown(name: string): boolean {
  return knownPrograms.some(({ files }) => files.test(name));
}

export function recognised(name: string, content: ByteSource): ExtractedPackage | undefined {
  for (const known of knownPrograms) {
    const fileName = known.files.exec(name);
    if (fileName === null) continue;
    for (const evidence of known.evidence) {
      const version = versionBy(evidence, content, fileName);
      if (version === undefined) continue;
      return { name: known.name, version, cpes: known.cpes.map((product) => cpeOf(product, version)) };
    }
  }
  return undefined;
}
