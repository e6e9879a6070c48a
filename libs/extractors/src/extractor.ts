import type { ExtractedPackage, Problem, Release } from '@tidewaiter/contracts';
import { bufferSource, type ByteSource } from '@tidewaiter/formats';

/** Which files an extractor wants, as data: the walk looks every path up once, whatever the number of extractors. */
export type FileSelector = (
  | { readonly path: string }
  /** Direct children of a directory. */
  | { readonly directory: string; readonly suffix?: string }
  /** Files of one name, anywhere or anywhere below a directory of the other name. */
  | { readonly baseName: string; readonly below?: string }
  /** Files by the end of their name, which begins with a dot (`.jar`, `.deps.json`); letter case does not matter. */
  | { readonly suffix: string; readonly prefix?: string; readonly below?: string }
  /** Compiled programs and libraries by their magic number: ELF, PE, Mach-O. */
  | { readonly program: true }
  /** What can be run and is a zip, or has one behind the script that it begins with. */
  | { readonly zippedProgram: true }
) & {
  /** A larger file is a problem and is not read. */
  readonly maxBytes: number;
};

export interface LayerFile {
  /** Path in the image, clean, without a leading slash. */
  readonly path: string;
  /** Permission bits, for example 0o755. */
  readonly mode: number;
  /** For formats that are read in places: a large file is not in memory. */
  readonly content: ByteSource;
  /** For formats that are read as a whole. */
  readonly bytes: Buffer;
  /** Of a log, where the same layer has it: the file that it is a log of. See `logSuffix`. */
  readonly logged?: ByteSource;
}

export function layerFile(path: string, mode: number, content: ByteSource, logged?: ByteSource): LayerFile {
  return {
    path,
    mode,
    content,
    ...(logged === undefined ? {} : { logged }),
    get bytes() {
      return content.read(0, content.sizeBytes);
    },
  };
}

export function layerFileOf(path: string, bytes: Buffer): LayerFile {
  return layerFile(path, 0o644, bufferSource(bytes));
}

export interface ExtractContext {
  /**
   * True for paths of which it matters who owns them: where a language's package could be found, and where programs lie. A
   * package database keeps only these of the files it owns.
   */
  wantsOwner(path: string): boolean;
  readonly limits: ExtractLimits;
}

/** What archives inside a file (a jar in a war) may cost. */
export interface ArchiveLimits {
  readonly archiveDepth: number;
  /** Entries of all archives in one file. */
  readonly archiveEntries: number;
  /** Inflated bytes of all archives in one file. */
  readonly archiveBytes: number;
}

/** What of a file is kept: a database of noise must not take the memory that the rest of the image needs. */
export interface StatementLimits {
  readonly packagesPerFile: number;
  readonly problemsPerFile: number;
}

export type ExtractLimits = ArchiveLimits & StatementLimits;

export const defaultExtractLimits: ExtractLimits = {
  archiveDepth: 8,
  archiveEntries: 200_000,
  archiveBytes: 4 * 1024 * 1024 * 1024,
  packagesPerFile: 100_000,
  problemsPerFile: 1_000,
};

/** Files that a package installed, as its database writes them: directory links are not resolved. */
export type OwnedFiles = {
  readonly paths: readonly string[];
  /** Directories of which it owns everything. */
  readonly directories?: readonly string[];
} & (
  | {
      /** Name of the owner, in the same database. */
      readonly name: string;
      /** Which of several packages of that name: two kernels, a library for two architectures. */
      readonly version?: string;
      readonly architecture?: string;
    }
  | {
      /** The file that the same extractor read the owner from, where a package may be installed in several places. */
      readonly statedIn: string;
    }
);

/** Modules that are built together: the file of a workspace names those of its members. */
export interface LockedModule {
  /** What the members ask of each other is no package. */
  readonly name?: string;
  readonly members?: readonly string[];
  /** `name` or `name version`; without `by` it is replaced by a directory. */
  readonly replacements?: readonly { readonly of: string; readonly by?: ExtractedPackage }[];
}

export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package that has its own file at `from`; without, none has. */
  readonly by?: string;
}

/** What was said of a package before. */
export interface Superseded {
  readonly name: string;
  readonly architecture?: string;
  /** It may be there for several architectures, each beside the other; otherwise it takes the place of all that have its name. */
  readonly isForOneArchitecture?: boolean;
}

export interface Extraction {
  readonly packages: readonly ExtractedPackage[];
  /**
   * Of the journal of a database: of which packages nothing holds any longer that the database says, or a journal whose name comes
   * before; `packages` are those that are there instead.
   */
  readonly supersedes?: readonly Superseded[];
  readonly release?: Release;
  readonly ownedFiles?: readonly OwnedFiles[];
  /**
   * Red Hat content sets, or repository ids where no content sets are stated: which products the layer's packages came from.
   */
  readonly contentSets?: readonly string[];
  /** Which files of all packages lie elsewhere than their lists say, for the sake of one that is the exception. */
  readonly diversions?: readonly Diversion[];
  /** Of a lock file that is read together with others of its extractor. */
  readonly module?: LockedModule;
  /** Of the package manager itself, by name. What a file of a higher rank says counts, and of one rank the last by path. */
  readonly settings?: { readonly rank: number; readonly values: Readonly<Record<string, string>> };
  /** Of the package whose file it is. */
  readonly licenses?: readonly string[];
  readonly problems: readonly Problem[];
  /** How many more there are than the limits allow. An extractor may also leave it to its caller to cut what is too many. */
  readonly leftOut?: { readonly packages: number; readonly problems: number };
}

export interface DatabaseChoice {
  /** Names of files in one directory, of which the first that is there is read. */
  readonly firstOf: readonly string[];
  /** Where no other directory is looked into, if there is one of these files. */
  readonly directory?: string;
}

export interface Extractor {
  /** The folder's name. */
  readonly id: string;
  /** Raised whenever the same file would give another result: cached results of older revisions are then not used. */
  readonly revision: number;
  /**
   * `system` the database of a distro's package manager, `language` installed packages that one can own, `lock` what a project
   * asked for and which may or may not be installed, `program` programs without a package, `release` what the image is, `license`
   * the licences of a package that its database does not state.
   */
  readonly reads: 'system' | 'language' | 'lock' | 'program' | 'release' | 'license';
  readonly files: readonly FileSelector[];
  /**
   * `X` with this at its end is a log of changes to the file `X` that may not have got there. A log of which there is something to
   * say is read a second time where the same layer has `X`, with it; what is said then holds in the place of what either says
   * alone, for as long as both are there.
   */
  readonly logSuffix?: string;
  /** Which of several databases its own tool reads, by the settings that it has in the image; no other is. */
  readonly databaseChoice?: (settings: ReadonlyMap<string, string>) => DatabaseChoice;
  /** Another extractor, which knows more: of a package of the same name that it found in the image only its word is taken. */
  readonly yieldsTo?: string;
  /**
   * In which files of the image another extractor may find the package of this file, which knows more of it: what is found there, with
   * all CPEs of this one, is the same package.
   */
  readonly betterStatedAt?: (path: string) => readonly string[];
  /** In which file of the image the licences of a package stand, by its name; a `license` extractor reads them. */
  readonly licensesAt?: (name: string) => string;
  /**
   * Reads one file of one layer without any context. Bad input ends in problems, never in an exception, but for a RangeError where it
   * takes more than the stack, a text or the memory holds: its caller makes that the file's problem.
   */
  extract(file: LayerFile, context: ExtractContext): Promise<Extraction>;
}

const maxTextChars = 1024;

/** Of names, versions and the like. No real one comes near the limit: what is longer is damage. */
export function isBounded(text: string | undefined): boolean {
  return text === undefined || text.length <= maxTextChars;
}

/** A name or a version as a database may state it. */
export function isPackageText(text: string | undefined): text is string {
  return text !== undefined && text !== '' && isBounded(text);
}

export const nothingExtracted: Extraction = { packages: [], problems: [] };
