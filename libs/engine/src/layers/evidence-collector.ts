import type { Problem } from '@tidewaiter/contracts';
import {
  defaultArchiveLimits,
  FileSelection,
  layerFileOf,
  type ExtractContext,
  type Extractor,
} from '@tidewaiter/extractors';
import { baseNameOf, parentOf, type LayerEntry, type LayerVisitor, type Limits } from '@tidewaiter/image';
import { textOrder } from '../text-order';
import type { EvidenceFile, LayerEvidence } from './layer-evidence.schema';
import { PathFingerprints } from './path-fingerprints';

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
  readonly #pending = new Map<string, Buffer>();
  readonly #directories = new Set<string>();
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #symlinks = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();
  readonly #nonDirectories = new PathFingerprints();
  readonly #problems: Problem[] = [];
  #facts = 0;

  constructor(private readonly options: CollectorOptions) {
    this.#selection = new FileSelection(options.extractors);
    const languages = new FileSelection(options.extractors.filter((extractor) => extractor.reads === 'language'));
    this.#context = { wantsOwner: (path) => languages.of(path).length > 0, limits: defaultArchiveLimits };
    this.#aliases = new Map(options.aliases.map((alias) => [alias.real, alias.as]));
    this.#wayStations = parentsOfPlaces(this.#selection);
  }

  entry(entry: LayerEntry): boolean {
    switch (entry.kind) {
      case 'file':
        return this.#file(entry.path, entry.sizeBytes);
      case 'directory':
        this.#forget(entry.path);
        this.#nonDirectories.delete(entry.path);
        this.#directories.add(entry.path);
        return false;
      case 'whiteout':
        this.#keep(this.#whiteouts, entry.path);
        return false;
      case 'opaque':
        this.#keep(this.#opaque, entry.path);
        return false;
      case 'symlink':
        this.#forget(entry.path);
        if (this.#count()) this.#symlinks.set(entry.path, entry.target);
        return false;
      case 'hardlink':
        this.#forget(entry.path);
        if (this.#selection.of(this.#canonical(entry.path)).length === 0) this.#nonDirectory(entry.path);
        else if (this.#count()) this.#hardlinks.set(entry.path, entry.target);
        return false;
      case 'sparse':
      case 'other':
        this.#forget(entry.path);
        this.#nonDirectory(entry.path);
        if (entry.kind === 'sparse' && this.#selection.of(this.#canonical(entry.path)).length > 0) {
          this.#problems.push({
            code: 'file-sparse',
            message: `"${entry.path}" is stored as a sparse file and was not read.`,
            path: entry.path,
          });
        }
        return false;
    }
  }

  content(path: string, bytes: Buffer): void {
    this.#pending.set(path, bytes);
  }

  problem(problem: Problem): void {
    if (this.#count()) this.#problems.push(problem);
  }

  settle(): Promise<void> | void {
    if (this.#pending.size > 0) return this.#extractPending();
  }

  /** Hard links whose content this layer has under a name nobody asked for: it has to be read again, under these aliases. */
  async missedLinks(): Promise<readonly Alias[]> {
    await this.settle();
    const missed: Alias[] = [];
    for (const [path, target] of this.#hardlinks) {
      if (!this.#files.has(this.#hardlinkTarget(path) ?? target))
        missed.push({ real: target, as: this.#canonical(path) });
    }
    return missed;
  }

  async finish(): Promise<LayerEvidence> {
    await this.settle();
    for (const [path, target] of this.#hardlinks) {
      const content = this.#files.get(this.#hardlinkTarget(path) ?? target);
      if (content === undefined) continue;
      this.#files.set(
        path,
        content.map((file) => ({ ...file, path })),
      );
      this.#hardlinks.delete(path);
    }
    const files = [...this.#files.values()]
      .flat()
      .sort((a, b) => textOrder(a.path, b.path) || textOrder(a.extractor, b.extractor));
    const kept = [
      ...files.map((file) => file.path),
      ...this.#whiteouts,
      ...this.#opaque,
      ...this.#symlinks.keys(),
      ...this.#hardlinks.keys(),
    ];
    return {
      files,
      whiteouts: [...this.#whiteouts].sort(textOrder),
      opaqueDirectories: [...this.#opaque].sort(textOrder),
      symlinks: [...this.#symlinks].sort((a, b) => textOrder(a[0], b[0])),
      hardlinks: [...this.#hardlinks].sort((a, b) => textOrder(a[0], b[0])),
      directories: [...this.#directories].filter((path) => this.#wayStations.has(path)).sort(textOrder),
      unstatedDirectories: unstatedParents(kept, this.#directories),
      nonDirectories: this.#nonDirectories.toString(),
      problems: this.#problems,
    };
  }

  #file(path: string, sizeBytes: number): boolean {
    this.#forget(path);
    const selected = this.#selection.of(this.#canonical(path));
    if (selected.length === 0) {
      this.#nonDirectory(path);
      return false;
    }
    const maxBytes = Math.min(this.options.limits.fileBytes, ...selected.map((by) => by.selector.maxBytes));
    if (sizeBytes <= maxBytes) return this.#count();
    this.#nonDirectory(path);
    this.#problems.push({
      code: 'file-too-large',
      message: `"${path}" has ${sizeBytes} bytes and was not read; the limit is ${maxBytes}.`,
      path,
    });
    return false;
  }

  async #extractPending(): Promise<void> {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [path, bytes] of pending) {
      const canonical = this.#canonical(path);
      const found: EvidenceFile[] = [];
      for (const { extractor } of this.#selection.of(canonical)) {
        const { problems, packages, release, ownedFiles } = await extractor.extract(
          layerFileOf(canonical, bytes),
          this.#context,
        );
        this.#problems.push(...problems.map((problem) => ({ ...problem, path })));
        found.push({
          path,
          extractor: extractor.id,
          packages: [...packages],
          ...(release === undefined ? {} : { release }),
          ...(ownedFiles === undefined
            ? {}
            : { ownedFiles: ownedFiles.map((owned) => ({ ...owned, paths: [...owned.paths] })) }),
        });
      }
      this.#files.set(path, found);
    }
  }

  /** A later entry of the same path replaces an earlier one. */
  #forget(path: string): void {
    this.#pending.delete(path);
    this.#files.delete(path);
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

  #nonDirectory(path: string): void {
    if (couldHaveBeenDirectory(path) && this.#count()) this.#nonDirectories.add(path);
  }

  #keep(set: Set<string>, path: string): void {
    if (this.#count()) set.add(path);
  }

  #count(): boolean {
    this.#facts++;
    if (this.#facts === this.options.limits.factsPerLayer + 1) {
      this.#problems.push({
        code: 'layer-too-many-facts',
        message: `The layer has more than ${this.options.limits.factsPerLayer} links, whiteouts and files of interest; the rest was left out.`,
      });
    }
    return this.#facts <= this.options.limits.factsPerLayer;
  }
}

/**
 * A file replaces a directory of lower layers of the same name with everything in it. Endings that name files and never
 * directories of packages are left out, which is nine of ten files. An npm package may well be called `highlight.js`.
 */
const fileEndings =
  /\.(?:[cm]?[jt]sx?|json|map|md|markdown|txt|html?|css|scss|less|ya?ml|xml|svg|png|jpe?g|gif|ico|woff2?|ttf|eot|so|a|o|h|hpp|c|cc|cpp|py[co]?|pyi|rb|pm|pl|ph|mo|po|gz|xz|bz2|zip|jar|class|list|md5sums|conffiles|postinst|prerm|preinst|postrm|triggers|shlibs|symbols|conf|cnf|cfg|ini|sh|bash|lock|snap|wasm|node|flow|test|tmpl|el|vim|rst|pem|crt|key|service|desktop|mod|ko|exe|dll|nupkg|gemspec|erb|php)$/i;

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
