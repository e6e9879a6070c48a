import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { isWholeReadingDue, toFetchAnew, type Fingerprint } from '@tidewaiter/feeds';

interface SourceNote {
  /** Of the feed that read it. */
  readonly revision: number;
  readonly fingerprint: Fingerprint;
  /** What it brought into the store. */
  readonly parts: readonly string[];
  /** When it was last fetched whatever its server said of its being unchanged. RFC 3339. */
  readonly wholeAt?: string;
}

type FreshNote = Omit<SourceNote, 'wholeAt'>;

/** What each source looked like when it was last brought into a store; kept beside the store. */
export class SourceNotes {
  private constructor(private readonly notes: Map<string, SourceNote>) {}

  static async read(storePath: string): Promise<SourceNotes> {
    const path = pathFor(storePath);
    if (!existsSync(storePath) || !existsSync(path)) return new SourceNotes(new Map());
    // Written by `write` of this class; whoever removes it only loses time.
    const notes = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, SourceNote>>;
    return new SourceNotes(new Map(Object.entries(notes)));
  }

  static async forget(storePath: string): Promise<void> {
    await rm(pathFor(storePath), { force: true });
  }

  of(source: string, revision: number): SourceNote | undefined {
    const note = this.notes.get(source);
    return note?.revision === revision ? note : undefined;
  }

  /** What it brought into the store; undefined where that is not known. */
  partsOf(source: string): readonly string[] | undefined {
    return this.notes.get(source)?.parts;
  }

  /**
   * What to ask the source with whether it changed. Once a week, and by another parser, no more than what it was made of: no server is
   * believed for ever that it did not.
   */
  lastOf(source: string, revision: number, now: string): Fingerprint | undefined {
    const note = this.notes.get(source);
    if (note === undefined) return undefined;
    return this.isWholeDue(source, revision, now) ? toFetchAnew(note.fingerprint) : note.fingerprint;
  }

  private isWholeDue(source: string, revision: number, now: string): boolean {
    return isWholeReadingDue(this.of(source, revision)?.wholeAt, now);
  }

  set(source: string, note: FreshNote, now: string): void {
    const isWhole = this.isWholeDue(source, note.revision, now);
    const wholeAt = (isWhole ? undefined : this.notes.get(source)?.wholeAt) ?? now;
    this.notes.set(source, { ...note, wholeAt });
  }

  /** It is read again from the beginning the next time. */
  remove(source: string): void {
    const note = this.notes.get(source);
    const names = note === undefined ? undefined : toFetchAnew(note.fingerprint);
    if (note === undefined || names === undefined) this.notes.delete(source);
    else this.notes.set(source, { revision: note.revision, fingerprint: names, parts: note.parts });
  }

  async write(storePath: string): Promise<void> {
    await writeFile(pathFor(storePath), JSON.stringify(Object.fromEntries(this.notes)));
  }
}

function pathFor(storePath: string): string {
  return `${storePath}.sources.json`;
}
