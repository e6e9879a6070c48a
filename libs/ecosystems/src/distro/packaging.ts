import type { ExtractedPackage, Package } from '@tidewaiter/contracts';
import { apk, dpkg, type VersionScheme } from '@tidewaiter/versions';
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

/** The purl specification leaves the epoch where Debian has it, in the version. */
export const debPackaging: Packaging = {
  purlType: 'deb',
  scheme: dpkg,
  extractors: ['dpkg'],
  purlParts: asStated,
  sourceOf: statedOrItself,
};

function asStated({ name, version }: ExtractedPackage): { name: string; version: string } {
  return { name, version };
}

function statedOrItself({ name, version, source }: ExtractedPackage): Package['source'] {
  return source ?? { name, version };
}
