import type { ExtractedPackage } from '@tidewaiter/contracts';
import { ecosystemFor } from '@tidewaiter/ecosystems';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import type { TreeNode } from './merged-tree';
import type { PresentPackage } from './presence-log';

export interface StatedFile {
  readonly node: TreeNode;
  readonly file: EvidenceFile;
}

interface Workspace {
  readonly extractor: string;
  readonly modules: ReadonlySet<string>;
  readonly replacements: ReadonlyMap<string, ExtractedPackage | undefined>;
}

/**
 * Modules that are built together resolve what they ask for together: none of them is a package to another, a replacement of one holds
 * for all, and of several versions of a package there is the highest. https://go.dev/ref/mod#workspaces
 */
export function resolvedInWorkspaces(
  present: readonly PresentPackage[],
  files: readonly StatedFile[],
  find: (path: string) => TreeNode | undefined,
): readonly PresentPackage[] {
  const workspaceOf = membersOf(files, find);
  if (workspaceOf.size === 0) return present;
  const others: PresentPackage[] = [];
  const highest = new Map<Workspace, Map<string, PresentPackage[]>>();
  for (const entry of present) {
    const [node] = entry.nodes;
    const workspace = node === undefined ? undefined : workspaceOf.get(node);
    if (workspace === undefined || workspace.extractor !== entry.extractor) {
      others.push(entry);
      continue;
    }
    const replaced = replacedIn(workspace, entry);
    if (replaced === undefined) continue;
    const kept = highest.get(workspace) ?? new Map<string, PresentPackage[]>();
    highest.set(workspace, kept);
    const { name, version } = replaced.extracted;
    const known = kept.get(name);
    if (known?.[0]?.extracted.version === version) known.push(replaced);
    else if (known?.[0] === undefined || isHigher(replaced, known[0])) kept.set(name, [replaced]);
  }
  return [...others, ...[...highest.values()].flatMap((kept) => [...kept.values()].flat())];
}

function membersOf(
  files: readonly StatedFile[],
  find: (path: string) => TreeNode | undefined,
): ReadonlyMap<TreeNode, Workspace> {
  const members = new Map<TreeNode, Workspace>();
  for (const { file } of files) {
    if (file.module?.members === undefined) continue;
    const nodes = file.module.members.flatMap((path) => find(path) ?? []);
    const stated = nodes.flatMap(
      (node) => node.evidence?.find((each) => each.extractor === file.extractor)?.module ?? [],
    );
    // What the workspace says itself comes last, and counts.
    const replacements = [...stated, file.module].flatMap(({ replacements: each = [] }) => each);
    const workspace = {
      extractor: file.extractor,
      modules: new Set(stated.flatMap(({ name }) => name ?? [])),
      replacements: new Map(replacements.map(({ of, by }) => [of, by])),
    };
    for (const node of nodes) if (!members.has(node)) members.set(node, workspace);
  }
  return members;
}

function replacedIn({ modules, replacements }: Workspace, entry: PresentPackage): PresentPackage | undefined {
  const { name, version } = entry.extracted;
  if (modules.has(name)) return undefined;
  for (const key of [`${name} ${version}`, name]) {
    if (!replacements.has(key)) continue;
    const by = replacements.get(key);
    // A replacement in the file system has no version.
    return by === undefined ? undefined : { ...entry, extracted: by };
  }
  return entry;
}

function isHigher(a: PresentPackage, b: PresentPackage): boolean {
  const scheme = ecosystemFor(a.extractor, undefined)?.scheme;
  const [one, other] = [a, b].map(({ extracted }) => scheme?.parse(extracted.version));
  return scheme !== undefined && one?.ok === true && other?.ok === true && scheme.compare(one.value, other.value) > 0;
}
