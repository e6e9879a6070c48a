import type { Executable, ExtractedPackage, Problem, Release, Standing } from '@tidewaiter/contracts';
import { FileSelection, type Extractor } from '@tidewaiter/extractors';
import { baseNameOf, parentOf, type Limits } from '@tidewaiter/image';
import { textOrder } from '@tidewaiter/kit';
import type { Alias } from '../layers/evidence-collector';
import type { EvidenceFile, LayerEvidence } from '../layers/layer-evidence.schema';
import { PathFingerprints } from '../layers/path-fingerprints';
import { betterStated } from './better-stated';
import { chooseRelease } from './choose-release';
import { MergedTree, type NodeContent, type TreeNode } from './merged-tree';
import { Ownership } from './ownership';
import { PresenceLog, type PresentPackage } from './presence-log';
import { isReadBy, WhatCounts } from './what-counts';
import { resolvedInWorkspaces } from './workspaces';

export interface StatedPackage {
  readonly extractor: string;
  readonly extracted: ExtractedPackage;
}

/** A package of the merged image, not yet identified. */
export interface FoundPackage extends StatedPackage {
  /** The layer since which it has been there without a break. */
  readonly layer: number;
  /** Sorted paths of the files that say so. */
  readonly locations: readonly string[];
  readonly isLocked: boolean;
  /** The distro package that brought those files, when one did. */
  readonly owner?: StatedPackage;
}

/** An executable of the merged image, under the path that it really has there. */
export interface FoundExecutable {
  readonly executable: Executable;
  readonly layer: number;
  readonly standing: Standing;
  readonly owner?: StatedPackage;
}

/** What is wrong with a file of the merged image. */
export interface FoundProblem {
  readonly extractor: string;
  readonly problem: Problem;
  readonly layer: number;
  /** The distro package that brought the file, when one did. */
  readonly owner?: StatedPackage;
}

export interface MergedImage {
  readonly packages: readonly FoundPackage[];
  readonly executables: readonly FoundExecutable[];
  /** Sorted. */
  readonly contentSets: readonly string[];
  readonly release: Release | undefined;
  /** Of the merge itself: links and hard links. */
  readonly problems: readonly Problem[];
  readonly fileProblems: readonly FoundProblem[];
  /** Where links of the image lead to from places that extractors look at; no layer was asked for these yet. */
  readonly unread: readonly Alias[];
}

export interface OverlayOptions {
  readonly extractors: readonly Extractor[];
  readonly limits: Limits;
}

/**
 * Lays layers over one another, base first, the way a runtime does: whiteouts and opaque directories, files over directories,
 * links of lower layers on the way of upper ones. A layer that could not be read is `undefined` and changes nothing.
 * OCI image-spec, layer.md.
 */
export function overlay(layers: readonly (LayerEvidence | undefined)[], options: OverlayOptions): MergedImage {
  const merge = new Merge(options);
  for (const [index, evidence] of layers.entries()) if (evidence !== undefined) merge.apply(index, evidence);
  return merge.result();
}

class Merge {
  readonly #presence: PresenceLog;
  readonly #tree: MergedTree;
  readonly #problems: Problem[] = [];
  readonly #selection: FileSelection;
  readonly #extractors: ReadonlyMap<string, Extractor>;

  constructor(private readonly options: OverlayOptions) {
    this.#selection = new FileSelection(options.extractors);
    this.#extractors = new Map(options.extractors.map((extractor) => [extractor.id, extractor]));
    const databases = options.extractors.filter((extractor) => extractor.reads === 'system');
    const whatCounts = new WhatCounts(this.#extractors, (path) => this.#tree.find(path));
    this.#presence = new PresenceLog(new Set(databases.map((extractor) => extractor.id)), whatCounts);
    this.#tree = new MergedTree(options.limits, (node) => {
      if (node.evidence !== undefined) this.#presence.removed(node, this.#tree.pathOf(node));
    });
  }

  /** What the layer takes away acts on lower layers only, wherever in the archive it stands; so it comes first. */
  apply(layer: number, evidence: LayerEvidence): void {
    const tree = this.#tree;
    for (const directory of statedDirectories(evidence)) tree.stateDirectory(directory, layer);
    for (const directory of evidence.opaqueDirectories) tree.empty(directory);
    for (const path of evidence.whiteouts) tree.remove(path);
    const nonDirectories = PathFingerprints.parse(evidence.nonDirectories);
    if (nonDirectories.size > 0) tree.removeWhere((fingerprint) => nonDirectories.has(fingerprint));
    for (const [path, target] of evidence.symlinks) this.#placeLink(path, target, layer);
    for (const [path, content] of filesOf(evidence)) this.#placeFile(path, content, layer);
    for (const [path, target] of evidence.hardlinks) this.#placeHardLink(path, target, layer);
    this.#presence.layerDone(layer);
    tree.layerDone();
  }

  result(): MergedImage {
    const find = (path: string): TreeNode | undefined => this.#tree.find(path);
    const listed = resolvedInWorkspaces(this.#presence.packages(), [...this.#presence.files()], find);
    const present = this.#withoutYielding(listed);
    const ownership = new Ownership({
      tree: this.#tree,
      presence: this.#presence,
      present,
      reads: (extractor) => this.#reads(extractor),
    });
    const contentSets = this.#contentSets();
    const found = present.flatMap((entry) => this.#found(entry, ownership));
    return {
      packages: mergeLocations(betterStated(found, (extractor, path) => this.#betterPlaces(extractor, path))),
      executables: [...this.#executables(ownership)],
      contentSets,
      release: chooseRelease((path) => this.#releaseAt(path), contentSets),
      problems: [...this.#problems, ...this.#passedOver()],
      fileProblems: [...this.#fileProblems(ownership)],
      unread: this.#unread(),
    };
  }

  #withoutYielding(present: readonly PresentPackage[]): readonly PresentPackage[] {
    const found = new Set(present.map(({ extractor, extracted }) => `${extractor}\0${extracted.name}`));
    return present.filter(({ extractor, extracted }) => {
      const better = this.#extractors.get(extractor)?.yieldsTo;
      return better === undefined || !found.has(`${better}\0${extracted.name}`);
    });
  }

  #betterPlaces(extractor: string, path: string): readonly string[] {
    const places = this.#extractors.get(extractor)?.betterStatedAt?.(path) ?? [];
    return places.map((place) => this.#tree.realPathOf(place) ?? place);
  }

  #placeLink(path: string, target: string, layer: number): void {
    if (this.#tree.place(path, layer, { target }) === undefined) this.#problems.push(circular(path));
  }

  #placeFile(path: string, content: NodeContent, layer: number): void {
    const node = this.#tree.place(path, layer, content);
    if (node === undefined) this.#problems.push(circular(path));
    else if (node.evidence !== undefined) this.#presence.placed(node, this.#tree.pathOf(node), layer);
  }

  /** The content stays what it is when the other name is changed or removed later. */
  #placeHardLink(path: string, target: string, layer: number): void {
    const { evidence, executable } = this.#tree.find(target) ?? {};
    if (evidence !== undefined || executable !== undefined) {
      this.#placeFile(path, contentOf(evidence, executable), layer);
      return;
    }
    this.#tree.remove(path);
    // The target of another link is no program: nothing was asked of it.
    if (this.#selection.of(path).length === 0) return;
    this.#problems.push({
      code: 'hardlink-unresolved',
      message: `"${path}" is a hard link to "${target}", which was not found; it was not read.`,
      path,
    });
  }

  /** Nothing for a program that the distro's database names too: what it says there is more than its bytes do. */
  #found(entry: PresentPackage, ownership: Ownership): FoundPackage[] {
    const { extractor, extracted, layer, nodes } = entry;
    const reads = this.#reads(extractor);
    const owner = reads === 'language' || reads === 'program' ? ownerOf(entry, ownership) : undefined;
    if (owner !== undefined && reads === 'program' && this.#reads(owner.extractor) === 'system') return [];
    const inside = extracted.inside === undefined ? '' : `!/${extracted.inside}`;
    return [
      {
        extractor,
        extracted: this.#withLicenses(extractor, extracted),
        layer,
        locations: nodes.map((node) => this.#tree.pathOf(node) + inside).sort(textOrder),
        isLocked: reads === 'lock',
        ...(owner === undefined ? {} : { owner: { extractor: owner.extractor, extracted: owner.extracted } }),
      },
    ];
  }

  /** A database that states no licences may have them in a file for each package. */
  #withLicenses(extractor: string, extracted: ExtractedPackage): ExtractedPackage {
    const path = this.#extractors.get(extractor)?.licensesAt?.(extracted.name);
    if (path === undefined || extracted.licenses !== undefined) return extracted;
    const licenses = this.#tree.find(path)?.evidence?.find((file) => file.licenses !== undefined)?.licenses;
    return licenses === undefined ? extracted : { ...extracted, licenses };
  }

  *#executables(ownership: Ownership): Generator<FoundExecutable> {
    for (const node of this.#tree.files()) {
      const { executable, layer } = node;
      if (executable === undefined) continue;
      const owner = ownership.ownerOf(node);
      const isRecognised = node.evidence?.some((file) => file.packages.length > 0) === true;
      yield {
        executable: { ...executable, path: this.#tree.pathOf(node) },
        layer,
        standing: owner !== undefined ? 'owned' : isRecognised ? 'recognised' : 'unknown',
        ...(owner === undefined ? {} : { owner: { extractor: owner.extractor, extracted: owner.extracted } }),
      };
    }
  }

  /** Of the files that are still there. A database has no owner that could speak for what it lists. */
  *#fileProblems(ownership: Ownership): Generator<FoundProblem> {
    for (const { node, file } of this.#presence.files()) {
      const reads = this.#reads(file.extractor);
      const owner = reads === 'language' || reads === 'program' ? ownership.listedBy(node) : undefined;
      for (const { code, message } of [...(file.problems ?? []), ...this.#unstated(node, file)]) {
        yield {
          extractor: file.extractor,
          problem: { code, message, path: this.#tree.pathOf(node) },
          layer: node.layer,
          ...(owner === undefined ? {} : { owner: { extractor: owner.extractor, extracted: owner.extracted } }),
        };
      }
    }
  }

  /** A list of files without what says whose they are: something is installed there, and nobody knows what. */
  *#unstated(node: TreeNode, { extractor, ownedFiles }: EvidenceFile): Generator<Problem> {
    for (const owned of ownedFiles ?? []) {
      if (!('statedIn' in owned)) continue;
      const name = baseNameOf(owned.statedIn);
      // Beside it too: a hard link has what was read under the name that it leads to.
      const stating = [this.#tree.find(owned.statedIn), node.parent?.children?.get(name)];
      if (stating.some((place) => isReadBy(place, extractor))) continue;
      const message = `"${this.#tree.pathOf(node)}" lists the files of a package, and "${name}" is not beside it to say which: it is missing from the inventory.`;
      yield { code: 'package-metadata-missing', message };
    }
  }

  *#passedOver(): Generator<Problem> {
    for (const { node, instead } of this.#presence.passedOver()) {
      const path = this.#tree.pathOf(node);
      const message = `"${path}" is there besides "${instead}", which is read in its place, as the package manager does: packages that it alone lists are left out. Delete it where it is out of date.`;
      yield { code: 'package-database-passed-over', message, path };
    }
  }

  #contentSets(): readonly string[] {
    const all = new Set<string>();
    for (const { file } of this.#presence.files()) for (const set of file.contentSets ?? []) all.add(set);
    return [...all].sort(textOrder);
  }

  #reads(extractorId: string): Extractor['reads'] | undefined {
    return this.#extractors.get(extractorId)?.reads;
  }

  #releaseAt(path: string): Release | undefined {
    return this.#tree.find(path)?.evidence?.find((file) => file.release !== undefined)?.release;
  }

  #unread(): Alias[] {
    const selection = this.#selection;
    const { paths, directories } = selection.places;
    const unread: Alias[] = [];
    for (const path of paths) {
      const real = this.#tree.realPathOf(path);
      if (real === undefined || real === path) continue;
      if (selection.of(real).length === 0 && this.#tree.find(path)?.evidence === undefined)
        unread.push({ real, as: path });
    }
    for (const directory of directories) {
      const real = this.#tree.realPathOf(directory);
      if (real !== undefined && real !== directory && !directories.includes(real)) unread.push({ real, as: directory });
    }
    return unread;
  }
}

/** The parents of everything the layer has, where the layer has an entry for the parent itself, and the ways to known places. */
function statedDirectories(evidence: LayerEvidence): readonly string[] {
  const unstated = new Set(evidence.unstatedDirectories);
  const stated = new Set(evidence.directories);
  const paths = [
    ...evidence.files.map((file) => file.path),
    ...evidence.executables.map((file) => file.path),
    ...evidence.whiteouts,
    ...evidence.opaqueDirectories,
    ...evidence.symlinks.map(([path]) => path),
    ...evidence.hardlinks.map(([path]) => path),
  ];
  const passed = new Set<string>();
  for (const path of paths) {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
      if (stated.has(parent) || passed.has(parent)) break;
      (unstated.has(parent) ? passed : stated).add(parent);
    }
  }
  // Parents first: a directory replaces a link before its own children are looked at.
  return [...stated].sort((a, b) => a.length - b.length || textOrder(a, b));
}

/** Everything that the layer says of a file, path by path. */
function filesOf(evidence: LayerEvidence): ReadonlyMap<string, NodeContent> {
  const read = new Map<string, EvidenceFile[]>();
  for (const file of evidence.files) {
    const list = read.get(file.path);
    if (list === undefined) read.set(file.path, [file]);
    else list.push(file);
  }
  const contents = new Map<string, NodeContent>();
  for (const [path, files] of read) contents.set(path, contentOf(files, undefined));
  for (const executable of evidence.executables) {
    contents.set(executable.path, contentOf(read.get(executable.path), executable));
  }
  return contents;
}

function contentOf(evidence: readonly EvidenceFile[] | undefined, executable: Executable | undefined): NodeContent {
  return { ...(evidence === undefined ? {} : { evidence }), ...(executable === undefined ? {} : { executable }) };
}

/** The same package in several places, from one layer and one owner, is one entry with all its places. */
function mergeLocations(packages: readonly FoundPackage[]): readonly FoundPackage[] {
  const merged = new Map<string, { readonly found: FoundPackage; readonly locations: string[] }>();
  for (const found of packages) {
    const { extractor, extracted, layer, owner } = found;
    const key = JSON.stringify([extractor, { ...extracted, inside: undefined }, layer, owner ?? null]);
    const locations = merged.get(key)?.locations ?? [];
    locations.push(...found.locations);
    merged.set(key, { found, locations });
  }
  return [...merged.values()].map(({ found, locations }) => ({ ...found, locations: locations.sort(textOrder) }));
}

/** Who lists the file that states a package; its own list of files names that file too. */
function ownerOf({ nodes }: PresentPackage, ownership: Ownership): PresentPackage | undefined {
  const [node] = nodes;
  const lister = node === undefined ? undefined : ownership.listedBy(node);
  return node !== undefined && lister?.nodes.includes(node) === true ? undefined : lister;
}

function circular(path: string): Problem {
  return {
    code: 'link-circular',
    message: `The links on the way to "${path}" lead round in circles, or too deep; it was not read.`,
    path,
  };
}
