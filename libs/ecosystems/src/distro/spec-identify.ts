import type { ExtractedPackage, Package, Release } from '@tidewaiter/contracts';
import { defaultExtractLimits, extractors, layerFileOf } from '@tidewaiter/extractors';
import { ecosystemFor, ecosystemOf } from '../registry';

const osRelease = extractors.find((extractor) => extractor.id === 'os-release');
const context = { wantsOwner: () => false, limits: defaultExtractLimits };

/** For specs: an extractor's package in an image with these lines in its os-release. */
export async function identified(
  extractor: string,
  lines: string,
  extracted: ExtractedPackage,
): Promise<Package | undefined> {
  const release = await releaseOf(lines);
  return ecosystemFor(extractor, release)?.identify(extracted, release);
}

async function releaseOf(lines: string): Promise<Release | undefined> {
  return (await osRelease?.extract(layerFileOf('etc/os-release', Buffer.from(lines)), context))?.release;
}

/** `<ecosystem> <name>` of everything that is looked up for it. */
export function keysOf(pkg: Package | undefined): readonly string[] {
  if (pkg === undefined) return [];
  const keys = ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
  return keys.map(({ ecosystem, name }) => `${ecosystem} ${name}`);
}

/** os-release, package, and what it is then: ecosystem, purl, names under which advisories are looked up. */
export type DistroCase = readonly [string, ExtractedPackage, string, string, readonly string[]];
