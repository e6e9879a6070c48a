import { closeSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { FileSelection, type Extractor } from '@tidewaiter/extractors';
import { programFormat } from '@tidewaiter/formats';

export interface Seed {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface SeedOptions {
  readonly perExtractor: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** Files that extractors want: real ones, found below directories of this machine, and what is given. */
export function findSeeds(
  roots: readonly string[],
  extractors: readonly Extractor[],
  options: SeedOptions,
  given: readonly Seed[],
): ReadonlyMap<string, readonly Seed[]> {
  const selection = new FileSelection(extractors);
  const seeds = new Map<string, Seed[]>(extractors.map(({ id }) => [id, []]));
  for (const seed of given) for (const { extractor } of selection.of(seed.path)) seeds.get(extractor.id)?.push(seed);
  for (const { file, path } of filesBelow(roots, options.maxEntries)) {
    const wanting = selection.of(path).map(({ extractor }) => extractor.id);
    const mayBeProgram = selection.programs.length > 0 && /(^|\/)(s?bin|lib)\/[^/]*$/.test(path);
    if (wanting.length === 0 && !mayBeProgram) continue;
    const bytes = readHead(file, options.maxBytes);
    if (bytes === undefined) continue;
    const isProgram = mayBeProgram && programFormat(bytes) !== undefined;
    for (const id of [...wanting, ...(isProgram ? selection.programs.map(({ extractor }) => extractor.id) : [])]) {
      const list = seeds.get(id);
      if (list !== undefined && list.length < options.perExtractor) list.push({ path, bytes });
    }
  }
  return seeds;
}

function* filesBelow(roots: readonly string[], maxEntries: number): Generator<{ file: string; path: string }> {
  for (const root of roots) {
    const pending = [root];
    let entries = 0;
    for (let directory = pending.shift(); directory !== undefined; directory = pending.shift()) {
      for (const entry of listing(directory)) {
        if (++entries > maxEntries) return;
        const file = join(directory, entry.name);
        if (entry.isDirectory()) pending.push(file);
        else if (entry.isFile()) yield { file, path: relative(root, file) };
      }
    }
  }
}

function listing(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // Gone, or not ours to see: another file will do.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

function readHead(file: string, maxBytes: number): Buffer | undefined {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(maxBytes);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, maxBytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
