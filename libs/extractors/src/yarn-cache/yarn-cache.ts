import { randomAccess, readZip } from '@tidewaiter/formats';
import {
  layerFileOf,
  nothingExtracted,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type LayerFile,
} from '../extractor';
import { npm } from '../npm/npm';
import { installPathOf } from '../npm/install-path';

/** Packages that Yarn loads from its zips without unpacking them. See README.md beside this file. */
export const yarnCache: Extractor = {
  id: 'yarn-cache',
  revision: 3,
  reads: 'language',
  files: [{ suffix: '.zip', below: 'cache', maxBytes: 256 * 1024 * 1024 }],
  extract,
};

/** `<slug>-<protocol>[-<version>]-<hash>[-<checksum>].zip`; only packages have one of these protocols. */
const cacheName = /\/cache\/[^/]+-(?:npm|patch|https|git|tgz|file)-[^/]*[0-9a-f]{10}(?:-[0-9a-z]+)?\.zip$/;
/** No file system has longer names, and to look at one takes time by the square of its length. */
const maxNameChars = 255;

const maxManifestBytes = 4 * 1024 * 1024;

/** The package itself is the first of its files; what it bundles lies deeper. */
async function extract(file: LayerFile, context: ExtractContext): Promise<Extraction> {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (name.length > maxNameChars || !cacheName.test(`/${file.path}`)) return nothingExtracted;
  const zip = readZip(randomAccess(file.content), (name) => installPathOf(name) !== undefined, {
    maxEntries: context.limits.archiveEntries,
    maxDirectoryBytes: 64 * 1024 * 1024,
    maxEntryBytes: maxManifestBytes,
    maxTotalBytes: context.limits.archiveBytes,
    maxRatio: 250,
  });
  const extractions: Extraction[] = [];
  for await (const entry of zip) {
    const content = entry.ok ? entry.value.content : entry;
    if (!entry.ok || !content.ok) return unreadable(file.path, content.ok ? '' : content.error.message);
    const inside = entry.value.name;
    const read = await npm.extract(layerFileOf(inside, Buffer.from(content.value)), context);
    extractions.push({ ...read, packages: read.packages.map((pkg) => ({ ...pkg, inside })) });
  }
  if (extractions.length === 0) return unreadable(file.path, 'holds no package');
  return {
    packages: extractions.flatMap((extraction) => extraction.packages),
    problems: extractions.flatMap((extraction) =>
      extraction.problems.map((problem) => ({ ...problem, path: file.path })),
    ),
  };
}

function unreadable(path: string, what: string): Extraction {
  const message = `"${path}" is named like a package in Yarn's cache but ${what}; it is missing from the inventory.`;
  return { packages: [], problems: [{ code: 'yarn-cache-unreadable', message, path }] };
}
