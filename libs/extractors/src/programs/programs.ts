import type { ExtractedPackage } from '@tidewaiter/contracts';
import { readProgram, type ByteSource, type Program } from '@tidewaiter/formats';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { cpeOf } from './cpe';
import { versionBy } from './evidence';
import { knownPrograms } from './known-programs';
import { versionFiles } from './version-files';

/** What a file of a few words may have; what is longer is something else. */
const versionFileBytes = 64 * 1024;
const anyBytes = 4 * 1024 * 1024 * 1024;

/** Programs that no package manager put there, known by their bytes. See README.md beside this file. */
export const programs: Extractor = {
  id: 'programs',
  revision: 7,
  reads: 'program',
  files: [
    { program: true, maxBytes: anyBytes },
    { baseName: 'VERSION', below: 'go', maxBytes: anyBytes },
    { baseName: 'OTP_VERSION', maxBytes: anyBytes },
  ],
  extract: (file) => Promise.resolve(extract(file)),
};

function extract(file: LayerFile): Extraction {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const readVersion = Object.hasOwn(versionFiles, name) ? versionFiles[name] : undefined;
  if (readVersion !== undefined) return stated(readVersion, file.content);
  const program = readProgram(file.content);
  if (program === undefined) return nothingExtracted;
  if (isPacked(file.content, program)) return { packages: [], problems: [packed(file.path)] };
  const known = recognised(plainName(name), file.content);
  return known === undefined ? nothingExtracted : { packages: [known], problems: [] };
}

function stated(readVersion: (text: string) => ExtractedPackage | undefined, content: ByteSource): Extraction {
  if (content.sizeBytes > versionFileBytes) return nothingExtracted;
  const found = readVersion(content.read(0, content.sizeBytes).toString('utf8'));
  return found === undefined ? nothingExtracted : { packages: [found], problems: [] };
}

/** Without what Windows adds, and without the hashes of libraries that were copied into a wheel: `libcrypto-fb8d5b21.so.3`. */
function plainName(name: string): string {
  return name.replace(/\.exe$/i, '').replace(/(?:-[0-9a-f]{8}){1,4}(?=\.so(?:\.|$))/, '');
}

function recognised(name: string, content: ByteSource): ExtractedPackage | undefined {
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

const packerHeadBytes = 4096;

/** UPX (https://upx.github.io) leaves a loader, which has no sections of the program or calls them UPX0 and UPX1. */
function isPacked(content: ByteSource, { format, sections }: Program): boolean {
  if (sections.length > 0 && format !== 'macho' && !sections.some(({ name }) => name === 'UPX0')) return false;
  return content.read(0, packerHeadBytes).includes('UPX!');
}

function packed(path: string): Extraction['problems'][number] {
  return {
    code: 'program-packed',
    message: `The program "${path}" is packed by UPX; what is in it cannot be seen. Ship it unpacked.`,
    path,
  };
}
