import type { ExtractedPackage } from '@tidewaiter/contracts';
import { parseJson } from '../json';
import { DepsFile } from './deps.schema';

export interface Deps {
  readonly packages: readonly ExtractedPackage[];
  /** What it was built for, `linux-x64`; absent for programs that run anywhere. */
  readonly runtimeIdentifier?: string;
}

/** The NuGet packages of which a program has files at run time. Undefined for what is no deps.json. */
export function readDeps(bytes: Buffer): Deps | undefined {
  const document = DepsFile.safeParse(parseJson(bytes));
  if (!document.success) return undefined;
  const { runtimeTarget, targets, libraries } = document.data;
  const target = targets[runtimeTarget.name];
  // Without the target nobody knows what was shipped: then everything counts.
  const shipped = Object.keys(target ?? libraries).filter((key) => target === undefined || hasFiles(target[key]));
  const packages = shipped.flatMap((key) => packageOf(key, libraries[key]?.type));
  const slash = runtimeTarget.name.indexOf('/');
  return { packages, ...(slash === -1 ? {} : { runtimeIdentifier: runtimeTarget.name.slice(slash + 1) }) };
}

type TargetLibrary = DepsFile['targets'][string][string];

/** Packages that only the compiler needed have none, or the empty file `_._` that NuGet puts in place of one. */
function hasFiles(library: TargetLibrary | undefined): boolean {
  return Object.values(library ?? {}).some((assets) => Object.keys(assets ?? {}).some((path) => !path.endsWith('_._')));
}

const runtimePackPrefix = 'runtimepack.';

/** Projects and references are the program's own and no packages that anybody published. */
function packageOf(key: string, type: string | undefined): readonly ExtractedPackage[] {
  const slash = key.indexOf('/');
  if ((type !== 'package' && type !== 'runtimepack') || slash < 1 || slash === key.length - 1) return [];
  const name = key.slice(0, slash);
  const version = key.slice(slash + 1);
  if (type === 'runtimepack' && name.startsWith(runtimePackPrefix)) {
    return [{ name: name.slice(runtimePackPrefix.length), version }];
  }
  return [{ name, version }];
}
