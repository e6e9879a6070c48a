import type { Extractor, FileSelection } from '@tidewaiter/extractors';
import type { ByteSource } from '@tidewaiter/formats';
import type { FileRead } from './file-reader';

interface Kept {
  readonly file: FileRead;
  readonly content: ByteSource;
}

export interface LoggedFile {
  readonly extractor: Extractor;
  readonly path: string;
  readonly content: ByteSource;
  readonly log: FileRead & { readonly content: ByteSource };
}

/**
 * Files that have a log of changes, and logs, kept until the layer is read: which of the two comes first is nobody's promise. They
 * are few, because their places are.
 */
export class LoggedFiles {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly selection: FileSelection,
    private readonly canonical: (path: string) => string,
  ) {}

  /** True for a file that will be closed here. */
  keep(file: FileRead): boolean {
    const { path, readers } = file;
    if (!readers.some(({ extractor }) => this.#hasPart(path, extractor))) return false;
    const content = file.keep();
    if (content === undefined) return false;
    this.#kept.set(path, { file, content });
    return true;
  }

  forget(path: string): void {
    this.#kept.get(path)?.file.close();
    this.#kept.delete(path);
  }

  /** Each file of which the layer has a log. */
  *pairs(): Generator<LoggedFile> {
    for (const [path, { file, content }] of this.#kept) {
      for (const { extractor } of file.readers) {
        const log = extractor.logSuffix === undefined ? undefined : this.#kept.get(path + extractor.logSuffix);
        if (log !== undefined) yield { extractor, path, content, log: { ...log.file, content: log.content } };
      }
    }
  }

  close(): void {
    for (const path of [...this.#kept.keys()]) this.forget(path);
  }

  #hasPart(path: string, extractor: Extractor): boolean {
    const { logSuffix } = extractor;
    if (logSuffix === undefined) return false;
    if (path.endsWith(logSuffix)) return true;
    return this.selection.of(this.canonical(path) + logSuffix).some((by) => by.extractor === extractor);
  }
}
