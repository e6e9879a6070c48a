import type { ExtractedPackage, Problem, Release } from '@tidewaiter/contracts';
import { FileSelection, type Extractor, type OwnedFiles } from '@tidewaiter/extractors';
import { parentOf, type Limits } from '@tidewaiter/image';
import type { Alias } from '../layers/evidence-collector';
import type { EvidenceFile, LayerEvidence } from '../layers/layer-evidence.schema';
import { PathFingerprints } from '../layers/path-fingerprints';
import { textOrder } from '../text-order';
import { chooseRelease } from './choose-release';
import { MergedTree, type TreeNode } from './merged-tree';
import { PresenceLog, type PresentPackage } from './presence-log';

/** A package of the merged image, not yet identified. */
export interface FoundPackage {
  readonly extractor: string;
  readonly extracted: ExtractedPackage;
  /** The layer since which it has been there without a break. */
  readonly layer: number;
  /** Sorted paths of the files that say so. */
  readonly locations: readonly string[];
  /** The distro package that brought those files, when one did. */
  readonly owner?: { readonly extractor: string; readonly extracted: ExtractedPackage };
}

export interface MergedImage {
  readonly packages: readonly FoundPackage[];
  readonly release: Release | undefined;
  readonly problems: readonly Problem[];
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

  constructor(private readonly options: OverlayOptions) {
    const databases = options.extractors.filter((extractor) => extractor.reads === 'system');
    this.#presence = new PresenceLog(new Set(databases.map((extractor) => extractor.id)));
    this.#tree = new MergedTree(options.limits.symlinkHops, (node) => {
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
    for (const [path, files] of byPath(evidence.files)) this.#placeFile(path, files, layer);
    for (const [path, target] of evidence.hardlinks) this.#placeHardLink(path, target, layer);
    this.#presence.layerDone(layer);
  }

  result(): MergedImage {
    const present = this.#presence.packages();
    const owners = this.#ownersOf(present);
    const packages = present.map((entry) => this.#found(entry, owners));
    return {
      packages: mergeLocations(packages),
      release: chooseRelease((path) => this.#releaseAt(path)),
      problems: this.#problems,
      unread: this.#unread(),
    };
  }

  #placeLink(path: string, target: string, layer: number): void {
    if (this.#tree.place(path, layer, { target }) === undefined) this.#problems.push(circular(path));
  }

  #placeFile(path: string, evidence: readonly EvidenceFile[], layer: number): void {
    const node = this.#tree.place(path, layer, { evidence });
    if (node === undefined) this.#problems.push(circular(path));
    else this.#presence.placed(node, this.#tree.pathOf(node), layer);
  }

  /** The content stays what it is when the other name is changed or removed later. */
  #placeHardLink(path: string, target: string, layer: number): void {
    const evidence = this.#tree.find(target)?.evidence;
    if (evidence !== undefined) {
      this.#placeFile(path, evidence, layer);
      return;
    }
    this.#tree.remove(path);
    this.#problems.push({
      code: 'hardlink-unresolved',
      message: `"${path}" is a hard link to "${target}", which was not found; it was not read.`,
      path,
    });
  }

  #found(entry: PresentPackage, owners: ReadonlyMap<TreeNode, PresentPackage>): FoundPackage {
    const { extractor, extracted, layer, nodes } = entry;
    const locations = nodes.map((node) => this.#tree.pathOf(node)).sort(textOrder);
    const owner = this.#reads(extractor) === 'language' && nodes[0] !== undefined ? owners.get(nodes[0]) : undefined;
    // A file that came after its owner was put over the owner's: the distro no longer vouches for it.
    if (owner === undefined || layer > owner.layer) return { extractor, extracted, layer, locations };
    return {
      extractor,
      extracted,
      layer,
      locations,
      owner: { extractor: owner.extractor, extracted: owner.extracted },
    };
  }

  #reads(extractorId: string): Extractor['reads'] | undefined {
    return this.options.extractors.find((extractor) => extractor.id === extractorId)?.reads;
  }

  /** Databases name owned files without resolving links (`/lib/x` where `/lib` is a link), so the tree does. */
  #ownersOf(present: readonly PresentPackage[]): ReadonlyMap<TreeNode, PresentPackage> {
    const byName = new Map<string, PresentPackage>();
    const byFile = new Map<TreeNode, PresentPackage>();
    for (const entry of present) {
      byName.set(`${entry.extractor}\0${entry.extracted.name}`, entry);
      for (const node of entry.nodes) byFile.set(node, entry);
    }
    const owners = new Map<TreeNode, PresentPackage>();
    const own = (extractor: string, owned: OwnedFiles): void => {
      const stated = 'statedIn' in owned ? this.#tree.find(owned.statedIn) : undefined;
      const owner = 'name' in owned ? byName.get(`${extractor}\0${owned.name}`) : stated && byFile.get(stated);
      if (owner?.extractor !== extractor) return;
      for (const path of owned.paths) {
        const node = this.#tree.find(path);
        if (node?.evidence !== undefined) owners.set(node, owner);
      }
    };
    const files = [...this.#presence.files()].map(({ file }) => file);
    // What a language's package owns may itself be the distro's; the distro's word comes last and counts.
    for (const isSystem of [false, true]) {
      for (const file of files) {
        if ((this.#reads(file.extractor) === 'system') !== isSystem) continue;
        for (const owned of file.ownedFiles ?? []) own(file.extractor, owned);
      }
    }
    return owners;
  }

  #releaseAt(path: string): Release | undefined {
    return this.#tree.find(path)?.evidence?.find((file) => file.release !== undefined)?.release;
  }

  #unread(): Alias[] {
    const selection = new FileSelection(this.options.extractors);
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
    ...evidence.whiteouts,
    ...evidence.opaqueDirectories,
    ...evidence.symlinks.map(([path]) => path),
    ...evidence.hardlinks.map(([path]) => path),
  ];
  for (const path of paths) {
    for (let parent = parentOf(path); parent !== '' && !stated.has(parent); parent = parentOf(parent)) {
      if (!unstated.has(parent)) stated.add(parent);
    }
  }
  // Parents first: a directory replaces a link before its own children are looked at.
  return [...stated].sort((a, b) => a.length - b.length || textOrder(a, b));
}

function byPath(files: readonly EvidenceFile[]): ReadonlyMap<string, readonly EvidenceFile[]> {
  const map = new Map<string, EvidenceFile[]>();
  for (const file of files) {
    const list = map.get(file.path);
    if (list === undefined) map.set(file.path, [file]);
    else list.push(file);
  }
  return map;
}

/** The same package in several places, from one layer and one owner, is one entry with all its places. */
function mergeLocations(packages: readonly FoundPackage[]): readonly FoundPackage[] {
  const merged = new Map<string, FoundPackage>();
  for (const found of packages) {
    const { extractor, extracted, layer, owner } = found;
    const key = JSON.stringify([extractor, extracted, layer, owner ?? null]);
    const known = merged.get(key);
    const locations = known === undefined ? found.locations : [...known.locations, ...found.locations].sort(textOrder);
    merged.set(key, { ...found, locations });
  }
  return [...merged.values()];
}

function circular(path: string): Problem {
  return {
    code: 'link-circular',
    message: `The links on the way to "${path}" lead round in circles; it was not read.`,
    path,
  };
}
