import type { ExtractedPackage, Package } from '@tidewaiter/contracts';
import { apk, dpkg, pacman, rpm, type VersionScheme } from '@tidewaiter/versions';
import type { PurlParts } from '../purl';

/** What distributions with the same package manager share. */
export interface Packaging {
  readonly purlType: string;
  readonly scheme: VersionScheme;
  readonly extractors: readonly string[];
  purlParts(extracted: ExtractedPackage): Pick<PurlParts, 'name' | 'version' | 'qualifiers'>;
  sourceOf(extracted: ExtractedPackage): Package['source'];
}

export const apkPackaging: Packaging = {
  purlType: 'apk',
  scheme: apk,
  extractors: ['apk'],
  purlParts: asStated,
  sourceOf: statedOrItself,
};

/** The purl specification leaves the epoch where Debian has it, in the version. What does not state its source does not know it. */
export const debPackaging: Packaging = {
  purlType: 'deb',
  scheme: dpkg,
  extractors: ['dpkg'],
  purlParts: asStated,
  sourceOf: ({ source }) => source,
};

/**
 * The purl specification has a qualifier for the epoch. For a module's stream it has none, so Red Hat's own is used:
 * `rpmmod=nodejs:18`.
 */
export const rpmPackaging: Packaging = {
  purlType: 'rpm',
  scheme: rpm,
  extractors: ['rpm'],
  purlParts: (extracted) => {
    const [epoch, version] = withoutEpoch(extracted.version);
    return { name: extracted.name, version, qualifiers: { epoch, rpmmod: extracted.module } };
  },
  sourceOf: rpmSource,
};

/** The purl specification wants the name in lower case and leaves the epoch in the version. */
export const pacmanPackaging: Packaging = {
  purlType: 'alpm',
  scheme: pacman,
  extractors: ['pacman'],
  purlParts: ({ name, version }) => ({ name: name.toLowerCase(), version }),
  sourceOf: statedOrItself,
};

/** opkg orders versions by dpkg's rules. The purl specification has no type for it; this is the one that others use. */
export const opkgPackaging: Packaging = {
  purlType: 'opkg',
  scheme: dpkg,
  extractors: ['opkg'],
  purlParts: asStated,
  sourceOf: ({ source }) => source,
};

/**
 * The file name of a source package has no epoch. One with the very version of its source was built with the source's epoch; one
 * with a version of its own (perl-Errno, from perl) may have another, so nothing is borrowed then.
 */
function rpmSource({ version, source }: ExtractedPackage): Package['source'] {
  if (source === undefined) return undefined;
  const [epoch, versionRelease] = withoutEpoch(version);
  const isShared = epoch !== undefined && versionRelease === source.version;
  return isShared ? { name: source.name, version: `${epoch}:${source.version}` } : source;
}

/** An epoch of 0 is the same as none. */
function withoutEpoch(version: string): [epoch: string | undefined, version: string] {
  const [, epoch, rest] = /^(\d+):(.*)$/s.exec(version) ?? [];
  if (epoch === undefined || rest === undefined) return [undefined, version];
  return [/^0+$/.test(epoch) ? undefined : epoch, rest];
}

function asStated({ name, version }: ExtractedPackage): { name: string; version: string } {
  return { name, version };
}

function statedOrItself({ name, version, source }: ExtractedPackage): Package['source'] {
  return source ?? { name, version };
}
