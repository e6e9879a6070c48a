import type { Diversion, Extractor, OwnedFiles } from '@tidewaiter/extractors';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import type { MergedTree, TreeNode } from './merged-tree';
import type { PresenceLog, PresentPackage } from './presence-log';

export interface OwnershipOptions {
  readonly tree: MergedTree;
  readonly presence: PresenceLog;
  readonly present: readonly PresentPackage[];
  readonly reads: (extractorId: string) => Extractor['reads'] | undefined;
}

/**
 * Which package brought a file. Databases name owned files without resolving links (`/lib/x` where `/lib` is a link), so the tree
 * does on the way to them. A file whose content came after its owner was put over the owner's and is nobody's.
 */
export class Ownership {
  readonly #byDistro = new Map<TreeNode, PresentPackage>();
  readonly #byLanguage = new Map<TreeNode, PresentPackage>();
  readonly #directories = new Map<TreeNode, PresentPackage>();
  /** By extractor, name, and as much of version and architecture as a claim may state. */
  readonly #byClaim = new Map<string, { readonly last: PresentPackage; readonly isOnly: boolean }>();
  readonly #byFile = new Map<TreeNode, PresentPackage>();
  /** By extractor and path. */
  readonly #diversions = new Map<string, Diversion>();

  constructor(private readonly options: OwnershipOptions) {
    for (const entry of options.present) {
      for (const key of claimsOn(entry)) {
        const known = this.#byClaim.get(key);
        this.#byClaim.set(key, { last: entry, isOnly: known === undefined });
      }
      for (const node of entry.nodes) this.#byFile.set(node, entry);
    }
    const files = [...options.presence.files()].map(({ file }) => file);
    for (const { extractor, diversions } of files) {
      for (const diversion of diversions ?? []) this.#diversions.set(`${extractor}\0${diversion.from}`, diversion);
    }
    for (const file of files) this.#claim(file);
  }

  /** The package that lists the file; the distro's word counts before a language's. */
  listedBy(node: TreeNode): PresentPackage | undefined {
    return stillOwning(this.#byDistro.get(node), node) ?? stillOwning(this.#byLanguage.get(node), node);
  }

  /** Besides, the package in whose directory the file lies. */
  ownerOf(node: TreeNode): PresentPackage | undefined {
    return this.listedBy(node) ?? this.#directoryOwnerOf(node);
  }

  #directoryOwnerOf(node: TreeNode): PresentPackage | undefined {
    for (let at = node.parent; at !== undefined; at = at.parent) {
      const owner = this.#directories.get(at);
      if (owner !== undefined) return stillOwning(owner, node);
    }
    return undefined;
  }

  #claim(file: EvidenceFile): void {
    const isDistros = this.options.reads(file.extractor) === 'system';
    const owners = isDistros ? this.#byDistro : this.#byLanguage;
    const { tree } = this.options;
    // Distributions list links as files of their own: what one leads to is of whoever lists that.
    const find = (path: string): TreeNode | undefined => (isDistros ? tree.findItself(path) : tree.find(path));
    for (const owned of file.ownedFiles ?? []) {
      const owner = this.#claimant(file.extractor, owned);
      if (owner === undefined) continue;
      for (const path of owned.paths) set(owners, find(this.#placeOf(path, owner)), owner);
      for (const directory of owned.directories ?? []) set(this.#directories, tree.find(directory), owner);
    }
  }

  /** Where the package's file lies that its list has at a path. */
  #placeOf(path: string, { extractor, extracted }: PresentPackage): string {
    const diversion = this.#diversions.size === 0 ? undefined : this.#diversions.get(`${extractor}\0${path}`);
    return diversion === undefined || diversion.by === extracted.name ? path : diversion.to;
  }

  #claimant(extractor: string, owned: OwnedFiles): PresentPackage | undefined {
    if ('name' in owned) {
      const { name, version, architecture } = owned;
      // The only one of its name is meant whatever else is said of it.
      const named = this.#byClaim.get(claimKey(extractor, { name }));
      return named?.isOnly === true
        ? named.last
        : this.#byClaim.get(claimKey(extractor, { name, version, architecture }))?.last;
    }
    const node = this.options.tree.find(owned.statedIn);
    const owner = node === undefined ? undefined : this.#byFile.get(node);
    return owner?.extractor === extractor ? owner : undefined;
  }
}

function set(owners: Map<TreeNode, PresentPackage>, node: TreeNode | undefined, owner: PresentPackage): void {
  if (node !== undefined) owners.set(node, owner);
}

type ClaimText = { readonly [key in 'name' | 'version' | 'architecture']?: string | undefined };

function claimKey(extractor: string, { name, version, architecture }: ClaimText): string {
  return JSON.stringify([extractor, name, version ?? null, architecture ?? null]);
}

/** Everything that a list of files can say of the package that it belongs to. */
function claimsOn({ extractor, extracted: { name, version, architecture } }: PresentPackage): ReadonlySet<string> {
  const claims = [{ name }, { name, version }, { name, architecture }, { name, version, architecture }];
  return new Set(claims.map((claim) => claimKey(extractor, claim)));
}

function stillOwning(owner: PresentPackage | undefined, node: TreeNode): PresentPackage | undefined {
  return owner === undefined || node.contentLayer > owner.layer ? undefined : owner;
}
