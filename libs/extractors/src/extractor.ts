import type { ExtractedPackage, Problem, Release } from '@tidewaiter/contracts';

/** Which files an extractor wants, as data: the walk looks every path up once, whatever the number of extractors. */
export type FileSelector = (
  | { readonly path: string }
  /** Direct children of a directory. */
  | { readonly directory: string; readonly suffix?: string }
  /** Files of one name anywhere below a directory of the other name. */
  | { readonly baseName: string; readonly below: string }
) & {
  /** A larger file is a problem and is not read. */
  readonly maxBytes: number;
};

export interface LayerFile {
  /** Path in the image, clean, without a leading slash. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface ExtractContext {
  /**
   * True for paths where another extractor could find a package of a language. A package database keeps only these of the files
   * it owns: the question is which language packages came with a distro package.
   */
  isPackageFile(path: string): boolean;
}

/** Files that a distro package installed, as its database writes them: directory links are not resolved. */
export interface OwnedFiles {
  /** Name of the owner, in the same database. */
  readonly name: string;
  readonly paths: readonly string[];
}

export interface Extraction {
  readonly packages: readonly ExtractedPackage[];
  readonly release?: Release;
  readonly ownedFiles?: readonly OwnedFiles[];
  readonly problems: readonly Problem[];
}

export interface Extractor {
  /** The folder's name. */
  readonly id: string;
  /** Raised whenever the same file would give another result: cached results of older revisions are then not used. */
  readonly revision: number;
  /** `system` reads the database of a distro's package manager, `language` packages that one can own, `release` what the image is. */
  readonly reads: 'system' | 'language' | 'release';
  readonly files: readonly FileSelector[];
  /** Reads one file of one layer without any context. Bad input ends in problems, never in an exception. */
  extract(file: LayerFile, context: ExtractContext): Promise<Extraction>;
}

export const nothingExtracted: Extraction = { packages: [], problems: [] };
