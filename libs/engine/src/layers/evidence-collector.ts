import type { Executable, Problem } from '@tidewaiter/contracts';
import {
  FileSelection,
  layerFile,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type LayerFile,
  type OwnedFiles,
} from '@tidewaiter/extractors';
import {
  baseNameOf,
  parentOf,
  type ContentSink,
  type LayerEntry,
  type LayerVisitor,
  type Limits,
} from '@tidewaiter/image';
import { messageOf, systemCodeOf, textOrder } from '@tidewaiter/kit';
import { revisionOf } from '../extractors-for';
import { ContentMemory } from './content-memory';
import { evidenceBytesOf, EvidenceRoom } from './evidence-room';
import { ExtractionBounds } from './extraction-bounds';
import { FileReader, type FileRead, type FileReaderOptions } from './file-reader';
import type { EvidenceFile, LayerEvidence } from './layer-evidence.schema';
import { LoggedFiles } from './logged-files';
import { PathFingerprints } from './path-fingerprints';
import { couldNameProgram, isNamedAsLibrary, isNamedAsScript, liesAmongPrograms, mayBeProgram } from './program-file';

/** A file or directory to be read as if it lay elsewhere, because a link leads from there to here. */
export interface Alias {
  readonly real: string;
  readonly as: string;
}

export interface CollectorOptions {
  readonly extractors: readonly Extractor[];
  readonly limits: Limits;
  readonly aliases: readonly Alias[];
}

/** Turns the entries of one layer into its evidence. */
export class EvidenceCollector implements LayerVisitor {
  readonly #selection: FileSelection;
  readonly #context: ExtractContext;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #wayStations: ReadonlySet<string>;
  readonly #files = new Map<string, EvidenceFile[]>();
  readonly #executables = new Map<string, Executable>();
  readonly #pending = new Map<string, FileRead>();
  readonly #logged: LoggedFiles;
  /** The file whose content is on its way. */
  #current: FileReader | undefined;
  readonly #directories = new Set<string>();
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #symlinks = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();
  readonly #nonDirectories = new PathFingerprints();
  readonly #readers = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #readerOptions: FileReaderOptions;
  readonly #bounds: ExtractionBounds;
  readonly #room: EvidenceRoom;
  /** Parents of what is kept: many have the same, and what they take counts once. */
  readonly #parents = new Set<string>();
  #facts = 0;
  /** One did not fit. Those after it are not even looked at: that would cost more than it is worth. */
  #isFull = false;
  #isOutOfRoom = false;

  constructor(private readonly options: CollectorOptions) {
    this.#selection = new FileSelection(options.extractors);
    const languages = new FileSelection(options.extractors.filter((extractor) => extractor.reads === 'language'));
    this.#context = {
      wantsOwner: (path) => couldNameProgram(path) || languages.of(path).length > 0,
      limits: options.limits,
    };
    this.#aliases = new Map(options.aliases.map((alias) => [alias.real, alias.as]));
    this.#wayStations = parentsOfPlaces(this.#selection);
    this.#bounds = new ExtractionBounds(options.limits);
    this.#room = new EvidenceRoom(options.limits.evidenceBytesPerLayer);
    this.#logged = new LoggedFiles(this.#selection, (path) => this.#canonical(path));
    this.#readerOptions = {
      maxBytesFor: ({ selector: { maxBytes } }) => {
        const { fileBytes, extractorFileBytes } = options.limits;
        return Math.min(Math.max(maxBytes, extractorFileBytes), fileBytes);
      },
      memoryFileBytes: options.limits.memoryFileBytes,
      memory: new ContentMemory(),
      onIgnored: (path) => this.#replaces(path),
      onTooLarge: (path, by) => {
        const problems = [tooLarge(path, this.#readerOptions.maxBytesFor(by))];
        this.#found(path, [evidenceFile(path, by.extractor.id, { packages: [], problems })]);
      },
      onRead: (file) => this.#read(file),
    };
  }

  entry(entry: LayerEntry): ContentSink | undefined {
    if (entry.kind === 'file') return this.#file(entry);
    if (entry.kind === 'whiteout') this.#keep(this.#whiteouts, entry.path);
    else if (entry.kind === 'opaque') this.#keep(this.#opaque, entry.path);
    else {
      this.#forget(entry.path);
      this.#other(entry);
    }
    return undefined;
  }

  #other(entry: Exclude<LayerEntry, { kind: 'file' | 'whiteout' | 'opaque' }>): void {
    const { path } = entry;
    switch (entry.kind) {
      case 'directory':
        this.#nonDirectories.delete(path);
        this.#directories.add(path);
        return;
      case 'symlink':
        if (this.#count(path, entry.target)) this.#symlinks.set(path, entry.target);
        return;
      case 'hardlink':
        if (!this.#isWanted(path) && !mayBeProgram(path, entry.mode)) this.#replaces(path);
        else if (this.#count(path, entry.target)) this.#hardlinks.set(path, entry.target);
        return;
      case 'sparse':
      case 'other':
        this.#replaces(path, this.#isWanted(path));
        if (entry.kind === 'sparse' && this.#isWanted(path)) {
          this.problem({
            code: 'file-sparse',
            message: `"${path}" is stored as a sparse file, of an unknown format or with too large holes, and was not read.`,
            path,
          });
        }
    }
  }

  problem(problem: Problem): void {
    if (this.#count(problem.message, problem.path)) this.#problems.push(problem);
  }

  settle(): Promise<void> | void {
    if (this.#pending.size > 0) return this.#extractPending();
  }

  /** Files whose content was on its way when the layer broke off, or that nobody has looked at yet. */
  close(): void {
    this.#current?.close();
    for (const file of this.#pending.values()) file.close();
    this.#pending.clear();
    this.#logged.close();
  }

  /** Hard links whose content this layer has under a name nobody asked for: it has to be read again, under these aliases. */
  async missedLinks(): Promise<readonly Alias[]> {
    await this.settle();
    const missed: Alias[] = [];
    for (const [path, target] of this.#hardlinks) {
      if (!this.#isWanted(path)) continue;
      if (!this.#files.has(this.#hardlinkTarget(path) ?? target))
        missed.push({ real: target, as: this.#canonical(path) });
    }
    return missed;
  }

  async finish(uncompressedBytes = 0): Promise<LayerEvidence> {
    await this.settle();
    await this.#applyLogs();
    this.#resolveHardlinks();
    const files = [...this.#files.values()]
      .flat()
      .sort((a, b) => textOrder(a.path, b.path) || textOrder(a.extractor, b.extractor));
    const kept = [
      ...files.map((file) => file.path),
      ...this.#executables.keys(),
      ...this.#whiteouts,
      ...this.#opaque,
      ...this.#symlinks.keys(),
      ...this.#hardlinks.keys(),
    ];
    return {
      readers: [...this.#readers].sort(textOrder),
      files,
      executables: [...this.#executables.values()].sort((a, b) => textOrder(a.path, b.path)),
      whiteouts: [...this.#whiteouts].sort(textOrder),
      opaqueDirectories: [...this.#opaque].sort(textOrder),
      symlinks: [...this.#symlinks].sort((a, b) => textOrder(a[0], b[0])),
      hardlinks: [...this.#hardlinks].sort((a, b) => textOrder(a[0], b[0])),
      directories: [...this.#directories].filter((path) => this.#isWorthStating(path)).sort(textOrder),
      unstatedDirectories: unstatedParents(kept, this.#directories),
      nonDirectories: this.#nonDirectories.toString(),
      problems: this.#problems,
      evidenceBytes: this.#room.usedBytes,
      uncompressedBytes,
    };
  }

  #resolveHardlinks(): void {
    for (const path of [...this.#hardlinks.keys()]) {
      const target = this.#hardlinkTarget(path) ?? '';
      const files = this.#files.get(target);
      const executable = this.#executables.get(target);
      if (files === undefined && executable === undefined) {
        // What is in a lower layer: the links between it and this one are gone through here, where their order does not matter.
        this.#hardlinks.set(path, target);
        continue;
      }
      if (files !== undefined)
        this.#files.set(
          path,
          files.map((file) => ({ ...file, path })),
        );
      if (executable !== undefined) this.#executables.set(path, { ...executable, path });
      this.#hardlinks.delete(path);
    }
  }

  #isWanted(path: string): boolean {
    return this.#selection.of(this.#canonical(path)).length > 0;
  }

  #file({ path, sizeBytes, mode }: Extract<LayerEntry, { kind: 'file' }>): ContentSink | undefined {
    this.#forget(path);
    const selected = this.#selection.of(this.#canonical(path));
    const { zippedPrograms } = this.#selection;
    const programs = mayBeProgram(path, mode) ? this.#selection.programs : undefined;
    if ((selected.length === 0 && programs === undefined) || !this.#count(path)) {
      this.#replaces(path);
      return undefined;
    }
    this.#current = new FileReader({ path, sizeBytes, mode, selected, programs, zippedPrograms }, this.#readerOptions);
    return this.#current;
  }

  #read(file: FileRead): void {
    this.#current = undefined;
    const { executable } = file;
    if (executable !== undefined && (this.#room.take(evidenceBytesOf(executable)) || this.#outOfRoom())) {
      this.#executables.set(file.path, executable);
    }
    if (file.readers.length > 0) this.#pending.set(file.path, file);
  }

  async #extractPending(): Promise<void> {
    for (const [path, file] of this.#pending) {
      this.#pending.delete(path);
      let isKept = false;
      try {
        const found = await this.#extract(file);
        this.#found(path, found);
        isKept = this.#logged.keep(file);
      } finally {
        if (!isKept) file.close();
      }
    }
  }

  /** What a log says alone is nothing where there is nothing in it. */
  async #applyLogs(): Promise<void> {
    for (const { extractor, path, content, log } of this.#logged.pairs()) {
      const alone = this.#files.get(log.path)?.find((file) => file.extractor === extractor.id);
      if (alone?.problems === undefined) continue;
      const file = layerFile(this.#canonical(log.path), log.mode, log.content, content);
      const extraction = this.#bounds.within(path, await this.#extraction(extractor, file));
      this.#found(path, [{ ...evidenceFile(path, extractor.id, extraction), readWith: baseNameOf(log.path) }]);
    }
    this.#logged.close();
  }

  async #extract({ path, mode, readers, content, executable }: FileRead): Promise<EvidenceFile[]> {
    if (content === undefined) return [];
    const file = layerFile(this.#canonical(path), mode, content);
    const found: EvidenceFile[] = [];
    for (const { extractor, selector } of readers) {
      this.#readers.add(revisionOf(extractor));
      const extraction = this.#bounds.within(path, await this.#extraction(extractor, file));
      // An empty database hides that of a lower layer; a program of which there is nothing to say is an executable like others.
      const isEmpty = extraction.packages.length === 0 && extraction.problems.length === 0;
      const isByBytes = 'program' in selector || 'zippedProgram' in selector;
      if (isByBytes && isEmpty && executable !== undefined) continue;
      found.push(evidenceFile(path, extractor.id, extraction));
    }
    return found;
  }

  /** What takes more than there is, of the stack or of a text, was made to: it is the file's problem and nobody else's. */
  async #extraction(extractor: Extractor, file: LayerFile): Promise<Extraction> {
    try {
      return await extractor.extract(file, this.#context);
    } catch (error) {
      if (!(error instanceof RangeError) && systemCodeOf(error) !== 'ERR_STRING_TOO_LONG') throw error;
      const message = `"${file.path}" cannot be read by ${extractor.id}: ${messageOf(error)}.`;
      return { packages: [], problems: [{ code: 'file-too-complex', message }] };
    }
  }

  #found(path: string, found: readonly EvidenceFile[]): void {
    const kept = found.filter((file) => this.#room.take(evidenceBytesOf(file)) || this.#outOfRoom());
    if (kept.length > 0) this.#files.set(path, [...(this.#files.get(path) ?? []), ...kept]);
  }

  /** A later entry of the same path replaces an earlier one. */
  #forget(path: string): void {
    this.#pending.get(path)?.close();
    this.#pending.delete(path);
    this.#logged.forget(path);
    this.#files.delete(path);
    this.#executables.delete(path);
    this.#symlinks.delete(path);
    this.#hardlinks.delete(path);
    this.#directories.delete(path);
  }

  /** The file at the end of a chain of hard links within this layer. */
  #hardlinkTarget(path: string): string | undefined {
    let target = this.#hardlinks.get(path);
    for (let hop = 0; target !== undefined && hop < this.options.limits.symlinkHops; hop++) {
      const next = this.#hardlinks.get(target);
      if (next === undefined) return target;
      target = next;
    }
    return target;
  }

  #canonical(path: string): string {
    if (this.#aliases.size === 0) return path;
    const exact = this.#aliases.get(path);
    if (exact !== undefined) return exact;
    const directory = this.#aliases.get(parentOf(path));
    return directory === undefined ? path : `${directory}/${baseNameOf(path)}`;
  }

  /** Something of which nothing is kept: in lower layers a directory may be there, or a file that was of interest. */
  #replaces(path: string, isWanted = false): void {
    const isOfInterest = isWanted || couldHaveBeenDirectory(path) || isNamedAsLibrary(path) || this.#hidesScript(path);
    if (isOfInterest && this.#count()) this.#nonDirectories.add(path);
  }

  /** A layer may have a hundred thousand files named so; they never take the room of what else is kept of it. */
  #hidesScript(path: string): boolean {
    return this.#facts < this.options.limits.factsPerLayer / 2 && isNamedAsScript(path);
  }

  /** Of all directories the few that matter although nothing in them does: they may replace a link or a file of lower layers. */
  #isWorthStating(directory: string): boolean {
    if (this.#wayStations.has(directory) || this.#opaque.has(directory)) return true;
    return isNamedAsLibrary(directory) || liesAmongPrograms(directory) || this.#isWanted(directory);
  }

  #keep(set: Set<string>, path: string): void {
    if (this.#count(path)) set.add(path);
  }

  /** Whether there is a place for one more, with the texts that are kept of it: the first is its path, where it has one. */
  #count(path = '', text = ''): boolean {
    this.#facts++;
    if (this.#facts === this.options.limits.factsPerLayer + 1) {
      this.#problems.push({
        code: 'layer-too-many-facts',
        message: `The layer has more than ${this.options.limits.factsPerLayer} links, whiteouts and files of interest; the rest was left out.`,
      });
    }
    if (this.#facts > this.options.limits.factsPerLayer || this.#isFull) return false;
    this.#isFull = !this.#room.take(path.length + text.length + this.#newParentBytes(path));
    return !this.#isFull || this.#outOfRoom();
  }

  /** A path of a thousand directories that no other has is kept a thousand times over. */
  #newParentBytes(path: string): number {
    let bytes = 0;
    for (let parent = parentOf(path); parent !== '' && !this.#parents.has(parent); parent = parentOf(parent)) {
      this.#parents.add(parent);
      bytes += parent.length;
    }
    return bytes;
  }

  #outOfRoom(): false {
    if (!this.#isOutOfRoom) {
      this.#problems.push({
        code: 'layer-evidence-too-large',
        message: `What the layer holds takes more than ${this.options.limits.evidenceBytesPerLayer} bytes to keep; what had no place was left out.`,
      });
    }
    this.#isOutOfRoom = true;
    return false;
  }
}

function tooLarge(path: string, maxBytes: number): Problem {
  return {
    code: 'file-too-large',
    message: `"${path}" is larger than ${maxBytes} bytes and was not read; the limits fileBytes and extractorFileBytes decide that.`,
  };
}

function evidenceFile(path: string, extractor: string, extraction: Extraction): EvidenceFile {
  const { packages, supersedes, release, ownedFiles, contentSets, diversions } = extraction;
  const { module, settings, licenses, problems } = extraction;
  return {
    path,
    extractor,
    packages: [...packages],
    ...(supersedes === undefined ? {} : { supersedes: [...supersedes] }),
    ...(release === undefined ? {} : { release }),
    ...(ownedFiles === undefined ? {} : { ownedFiles: ownedFiles.map(ownedCopy) }),
    ...(contentSets === undefined ? {} : { contentSets: [...contentSets] }),
    ...(diversions === undefined ? {} : { diversions: [...diversions] }),
    ...(module === undefined ? {} : { module }),
    ...(settings === undefined ? {} : { settings }),
    ...(licenses === undefined ? {} : { licenses: [...licenses] }),
    ...(problems.length === 0 ? {} : { problems: problems.map(({ code, message }) => ({ code, message })) }),
  };
}

type KeptOwnedFiles = NonNullable<EvidenceFile['ownedFiles']>[number];

function ownedCopy(owned: OwnedFiles): KeptOwnedFiles {
  const { paths, directories, ...owner } = owned;
  return { ...owner, paths: [...paths], ...(directories === undefined ? {} : { directories: [...directories] }) };
}

/**
 * A file replaces a directory of lower layers of the same name with everything in it. Endings that name files and never
 * directories of packages are left out, which is nine of ten files. An npm package may well be called `highlight.js`.
 */
const fileEndings =
  /\.(?:[cm]?[jt]sx?|json|map|md|markdown|txt|html?|css|scss|less|ya?ml|xml|svg|png|jpe?g|gif|ico|woff2?|ttf|eot|so|a|o|h|hpp|c|cc|cpp|py[co]?|pyi|rb|pm|pl|ph|mo|po|gz|xz|bz2|zip|jar|class|list|md5sums|conffiles|postinst|prerm|preinst|postrm|triggers|shlibs|symbols|conf|cnf|cfg|ini|lock|snap|wasm|node|flow|test|tmpl|el|vim|rst|pem|crt|key|service|desktop|mod|ko|exe|dll|nupkg|gemspec|erb|php)$/i;

function couldHaveBeenDirectory(path: string): boolean {
  if (!fileEndings.test(path)) return true;
  const parent = parentOf(path);
  return parent.endsWith('node_modules') || baseNameOf(parent).startsWith('@');
}

function parentsOfPlaces(selection: FileSelection): ReadonlySet<string> {
  const { paths, directories } = selection.places;
  const all = new Set<string>([...paths, ...directories]);
  for (const place of [...all]) {
    for (let parent = parentOf(place); parent !== ''; parent = parentOf(parent)) all.add(parent);
  }
  return all;
}

function unstatedParents(paths: readonly string[], stated: ReadonlySet<string>): string[] {
  const unstated = new Set<string>();
  const seen = new Set<string>();
  for (const path of paths) {
    for (let parent = parentOf(path); parent !== '' && !seen.has(parent); parent = parentOf(parent)) {
      seen.add(parent);
      if (!stated.has(parent)) unstated.add(parent);
    }
  }
  return [...unstated].sort(textOrder);
}
