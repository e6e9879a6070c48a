/** Where a Python package states itself, and what kind of statement it is. */
export type MetadataPlace =
  /** `METADATA` or `PKG-INFO`, in the directory of the package or as a file of that name alone. */
  | { readonly kind: 'metadata'; readonly isVendored: boolean }
  /** The list of a package's files; which package is said in `statedIn`. */
  | {
      readonly kind: 'record' | 'installed-files';
      readonly statedIn: string;
      /** What the paths in the list begin at. */
      readonly base: string;
    }
  /** A zip that holds one package: an egg is imported as it is, a wheel is what an installer brought along. */
  | { readonly kind: 'archive'; readonly isVendored: boolean }
  /** A zip that Python runs, with all that it imports. */
  | { readonly kind: 'application' };

/** pip writes it over the first letter of what it is about to remove, `~lask-0.12.dist-info`, and leaves that behind when it is stopped. */
const movedAway = '~';

/** Undefined for files that only have a name like one. */
export function metadataPlaceOf(path: string): MetadataPlace | undefined {
  const segments = path.split('/');
  const baseName = segments.at(-1) ?? '';
  const directory = segments.at(-2) ?? '';
  if (directory.startsWith(movedAway)) return undefined;
  const isVendored = isBroughtAlong(segments);
  switch (baseName) {
    case 'METADATA':
      // Some builds write it into the older directory too.
      return endsWith(directory, '.dist-info') || isEggDirectory(directory)
        ? { kind: 'metadata', isVendored }
        : undefined;
    case 'PKG-INFO':
      return isEggDirectory(directory) ? { kind: 'metadata', isVendored } : undefined;
    case 'RECORD':
      if (!endsWith(directory, '.dist-info')) return undefined;
      return { kind: 'record', statedIn: sibling(segments, 'METADATA'), base: segments.slice(0, -2).join('/') };
    case 'installed-files.txt':
      if (!isEggDirectory(directory)) return undefined;
      return {
        kind: 'installed-files',
        statedIn: sibling(segments, 'PKG-INFO'),
        base: segments.slice(0, -1).join('/'),
      };
  }
  if (endsWith(baseName, '.egg-info')) return { kind: 'metadata', isVendored };
  if (endsWith(baseName, '.pyz') || endsWith(baseName, '.pex')) return { kind: 'application' };
  if (endsWith(baseName, '.egg')) return { kind: 'archive', isVendored };
  return endsWith(baseName, '.whl') ? { kind: 'archive', isVendored: true } : undefined;
}

/**
 * pip and setuptools have copies of others in `_vendor`, which no installer knows of; pipenv and others call the directory
 * `vendor`. An application that installs into its own `vendor` brings no copies along, but its packages.
 */
function isBroughtAlong(segments: readonly string[]): boolean {
  const site = segments.findIndex((segment) => segment === 'site-packages' || segment === 'dist-packages');
  return segments.some(
    (segment, at) =>
      segment === '_vendor' || segment === '_vendored' || (site !== -1 && at > site && /^vendor(?:ed)?$/.test(segment)),
  );
}

function isEggDirectory(name: string): boolean {
  return endsWith(name, '.egg-info') || name.toUpperCase() === 'EGG-INFO';
}

/** Letter case differs where a package was unpacked on another system. */
function endsWith(name: string, ending: string): boolean {
  return name.slice(-ending.length).toLowerCase() === ending;
}

function sibling(segments: readonly string[], name: string): string {
  return [...segments.slice(0, -1), name].join('/');
}
