import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { readProgram, type ByteSource, type Program } from '@tidewaiter/formats';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { frozenPrograms } from './frozen-programs';
import { plainName, recognised } from './recognised';
import { scriptBundle, type ScriptBundle } from './script-bundle';
import { versionFiles } from './version-files';

/** What a file of a few words may have; what is longer is something else. */
const versionFileBytes = 64 * 1024;
const anyBytes = 4 * 1024 * 1024 * 1024;

/** Programs that no package manager put there, known by their bytes. See README.md beside this file. */
export const programs: Extractor = {
  id: 'programs',
  revision: 8,
  reads: 'program',
  files: [
    { program: true, maxBytes: anyBytes },
    { baseName: 'VERSION', below: 'go', maxBytes: anyBytes },
    { baseName: 'OTP_VERSION', maxBytes: anyBytes },
  ],
  betterStatedAt: javaReleases,
  extract: (file, context) => Promise.resolve(extract(file, context)),
};

/** The home directory of the Java runtime has one, which the extractor java-runtime reads; up to Java 8 that of the JDK around it. */
function javaReleases(path: string): readonly string[] {
  const home = /^((?:.*\/)?)bin\/java$/.exec(path)?.[1];
  if (home === undefined) return [];
  return [home, ...(/(?:^|\/)jre\/$/.test(home) ? [home.slice(0, -'jre/'.length)] : [])].map((at) => `${at}release`);
}

function extract(file: LayerFile, context: ExtractContext): Extraction {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const readVersion = Object.hasOwn(versionFiles, name) ? versionFiles[name] : undefined;
  if (readVersion !== undefined) return stated(readVersion, file.content);
  const program = readProgram(file.content);
  if (program === undefined) return nothingExtracted;
  if (isPacked(file.content, program)) return { packages: [], problems: [packed(file.path)] };
  const bundle = scriptBundle(file.content, program);
  if (bundle !== undefined) return runtimeOf(bundle, file);
  const known = recognised(plainName(name), file.content);
  const inside = frozenPrograms(file, context);
  return known === undefined ? inside : { packages: [known, ...inside.packages], problems: inside.problems };
}

function stated(readVersion: (text: string) => ExtractedPackage | undefined, content: ByteSource): Extraction {
  if (content.sizeBytes > versionFileBytes) return nothingExtracted;
  const found = readVersion(content.read(0, content.sizeBytes).toString('utf8'));
  return found === undefined ? nothingExtracted : { packages: [found], problems: [] };
}

/** Whatever the file is called: what is bundled with a runtime has a name of its own. */
function runtimeOf({ runtime, maker }: ScriptBundle, { path, content }: LayerFile): Extraction {
  const known = recognised(runtime, content);
  const problem: Problem = {
    code: 'program-bundle-unread',
    message: `"${path}" is a JavaScript program in one file, made by ${maker}: the packages bundled into it cannot be told${known === undefined ? ', nor which runtime it has' : '; of its runtime the version is listed'}.`,
    path,
  };
  return { packages: known === undefined ? [] : [known], problems: [problem] };
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
