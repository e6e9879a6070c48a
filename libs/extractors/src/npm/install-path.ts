/** Where package managers put a package: `node_modules/[@scope/]name/package.json`, or a store of theirs. */
export interface InstallPath {
  /** The directory's name; an alias (`"a": "npm:b@1"`) installs package b in directory a. */
  readonly directoryName: string;
  /**
   * True when every `node_modules` above belongs to an installed package too. A `node_modules` inside a package's test fixtures
   * does not.
   */
  readonly isPlainTree: boolean;
  /** In a package's own files, below a directory where packages keep what their tests read. */
  readonly isInFixtures: boolean;
}

const marker = 'node_modules';
const fixtures = /^_*(?:tests?|specs?|fixtures?|mocks?|examples?)_*$/;

export function installPathOf(path: string): InstallPath | undefined {
  const segments = path.split('/');
  if (segments.pop() !== 'package.json') return undefined;
  const start = segments.lastIndexOf(marker) + 1;
  if (start === 0) return undefined;
  const directoryName = nameAt(segments, start);
  if (directoryName === undefined || directoryName.end !== segments.length) return undefined;
  const isPlain = isPlainTree(segments, start - 1);
  return {
    directoryName: directoryName.name,
    isPlainTree: isPlain,
    isInFixtures: !isPlain && segments.slice(segments.indexOf(marker), start).some((segment) => fixtures.test(segment)),
  };
}

/**
 * Outside of `node_modules` a package.json is an application's, unless its directory says that this package was put there:
 * Debian has `nodejs/<name>`, corepack `<name>/<version>`, the official images `yarn-v<version>`.
 */
export function isNamedAfter(
  path: string,
  { name, version }: { readonly name: string; readonly version: string },
): boolean {
  const directory = `/${path.slice(0, path.lastIndexOf('/'))}`;
  if (/^\/usr\/(?:share|lib)\/nodejs\//.test(directory) && directory.endsWith(`/nodejs/${name}`)) return true;
  return [`${name}/${version}`, `${name}-${version}`, `${name}-v${version}`].some((end) =>
    directory.endsWith(`/${end}`),
  );
}

const vendorDirectories = [
  'compiled',
  'vendor',
  'vendored',
  '_vendor',
  '_vendored',
  'bundled',
  'third_party',
  'third-party',
];

/** A copy that an installed package brings along as its own file: `next/dist/compiled/react-is` in `node_modules`. */
export function isVendoredCopy(path: string, name: string): boolean {
  const directory = `/${path.slice(0, path.lastIndexOf('/'))}`;
  return (
    directory.includes(`/${marker}/`) &&
    vendorDirectories.some((vendor) => directory.endsWith(`/${vendor}/${name}`)) &&
    !directory.split('/').some((segment) => fixtures.test(segment))
  );
}

/** Where pnpm, bun, deno and npm's linked strategy keep `<name>@<version>/node_modules/<name>`, to link to it. */
const stores: ReadonlySet<string> = new Set(['.pnpm', '.bun', '.deno', '.store']);

function nameAt(segments: readonly string[], start: number): { name: string; end: number } | undefined {
  const first = segments[start];
  // Yarn's pnpm linker: https://yarnpkg.com/features/linkers#nodelinker-pnpm
  if (first === '.store' && segments[start + 2] === 'package') {
    return { name: segments[start + 1] ?? '', end: start + 3 };
  }
  // `.bin`, `.cache`, `.pnpm` are the package managers' own.
  if (first === undefined || first.startsWith('.')) return undefined;
  if (!first.startsWith('@')) return { name: first, end: start + 1 };
  const second = segments[start + 1];
  return second === undefined ? undefined : { name: `${first}/${second}`, end: start + 2 };
}

function isPlainTree(segments: readonly string[], markerAt: number): boolean {
  let at = segments.indexOf(marker);
  while (at < markerAt) {
    const isInStore = stores.has(segments[at + 1] ?? '') && segments[at + 3] === marker;
    const inside = isInStore ? at + 3 : nameAt(segments, at + 1)?.end;
    if (inside === undefined || segments[inside] !== marker) return false;
    at = inside;
  }
  return true;
}
