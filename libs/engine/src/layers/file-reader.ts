import { createHash, type Hash } from 'node:crypto';
import type { Executable } from '@tidewaiter/contracts';
import type { SelectedBy } from '@tidewaiter/extractors';
import { elfBuildId, type ByteSource } from '@tidewaiter/formats';
import type { ContentSink } from '@tidewaiter/image';
import type { ContentMemory } from './content-memory';
import { fileSpool, type FileSpool } from './file-spool';
import { executableKind, headBytes, interpreterOf, mayBeZippedProgram } from './program-file';

export interface FileWish {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mode: number;
  /** Who wants it by its path. */
  readonly selected: readonly SelectedBy[];
  /** Who wants it if it turns out to be a program; undefined when it cannot be one. */
  readonly programs: readonly SelectedBy[] | undefined;
  /** Who wants it if it turns out that it can be run and may hold a zip. */
  readonly zippedPrograms: readonly SelectedBy[];
}

/** A file that was read to its end and is worth keeping. */
export interface FileRead {
  readonly path: string;
  readonly mode: number;
  readonly executable: Executable | undefined;
  readonly readers: readonly SelectedBy[];
  /** Present when there are readers. */
  readonly content: ByteSource | undefined;
  /** The content, for longer than until the visitor has settled: until `close`. */
  keep(): ByteSource | undefined;
  close(): void;
}

export interface FileReaderOptions {
  readonly memoryFileBytes: number;
  readonly memory: ContentMemory;
  /** The largest file that `by` may see. */
  maxBytesFor(by: SelectedBy): number;
  /** Neither wanted nor a program: only the path is of interest. */
  onIgnored(path: string): void;
  /** One call a file, with the reader that takes least. */
  onTooLarge(path: string, by: SelectedBy): void;
  onRead(file: FileRead): void;
}

/** Looks at the first bytes of a file, then hashes it, keeps it for its readers, or lets it go. */
export class FileReader implements ContentSink {
  #head: Buffer = Buffer.alloc(0);
  #isDecided = false;
  #kind: Executable['kind'] | undefined;
  #interpreter: string | undefined;
  #readers: readonly SelectedBy[] = [];
  #hash: Hash | undefined;
  #spool: FileSpool | undefined;

  constructor(
    private readonly wish: FileWish,
    private readonly options: FileReaderOptions,
  ) {}

  write(piece: Buffer): boolean {
    if (this.#isDecided) {
      this.#take(piece);
      return true;
    }
    const head = this.#head.length === 0 ? piece : Buffer.concat([this.#head, piece]);
    if (head.length < headBytes && head.length < this.wish.sizeBytes) {
      // A piece is the caller's: what is kept of it is copied.
      this.#head = Buffer.from(head);
      return true;
    }
    if (!this.#decide(head)) return false;
    this.#take(head);
    return true;
  }

  end(): void {
    // An empty file, or one that is shorter than its entry says.
    if (!this.#isDecided) {
      if (!this.#decide(this.#head)) return;
      this.#take(this.#head);
    }
    const content = this.#spool?.source();
    this.options.onRead({
      path: this.wish.path,
      mode: this.wish.mode,
      executable: this.#executable(content),
      readers: this.#readers,
      content,
      keep: () => this.#spool?.keep(),
      close: () => this.close(),
    });
  }

  /** For a file that will not be read to its end. */
  close(): void {
    this.#spool?.close();
    this.#spool = undefined;
  }

  #decide(head: Buffer): boolean {
    const { path, mode, programs, sizeBytes } = this.wish;
    this.#isDecided = true;
    this.#kind = programs === undefined ? undefined : executableKind(head, mode);
    const wanted = this.#wantedBy(head);
    this.#readers = wanted.filter((by) => sizeBytes <= this.options.maxBytesFor(by));
    if (this.#readers.length < wanted.length) {
      const [least] = wanted.toSorted((a, b) => this.options.maxBytesFor(a) - this.options.maxBytesFor(b));
      if (least !== undefined) this.options.onTooLarge(path, least);
    }
    if (this.#kind === undefined && this.#readers.length === 0) {
      this.options.onIgnored(path);
      return false;
    }
    if (this.#kind !== undefined) {
      this.#hash = createHash('sha256');
      this.#interpreter = this.#kind === 'script' ? interpreterOf(head) : undefined;
    }
    if (this.#readers.length > 0) this.#spool = fileSpool(sizeBytes, this.options.memoryFileBytes, this.options.memory);
    return true;
  }

  /** What is wanted by its name is not wanted again for what it turns out to be. */
  #wantedBy(head: Buffer): readonly SelectedBy[] {
    const { selected, programs, zippedPrograms } = this.wish;
    const isCompiled = this.#kind !== undefined && this.#kind !== 'script' && this.#kind !== 'other';
    if (isCompiled) return [...selected, ...(programs ?? [])];
    if (zippedPrograms.length === 0 || !mayBeZippedProgram(head, this.wish)) return selected;
    const others = zippedPrograms.filter(({ extractor }) => !selected.some((by) => by.extractor === extractor));
    return [...selected, ...others];
  }

  #take(piece: Buffer): void {
    this.#hash?.update(piece);
    this.#spool?.write(piece);
  }

  #executable(content: ByteSource | undefined): Executable | undefined {
    if (this.#kind === undefined || this.#hash === undefined) return undefined;
    const { path, mode, sizeBytes } = this.wish;
    const buildId = this.#kind === 'elf' && content !== undefined ? elfBuildId(content) : undefined;
    return {
      path,
      kind: this.#kind,
      mode,
      sizeBytes,
      sha256: this.#hash.digest('hex'),
      ...(buildId === undefined ? {} : { buildId }),
      ...(this.#interpreter === undefined ? {} : { interpreter: this.#interpreter }),
    };
  }
}
