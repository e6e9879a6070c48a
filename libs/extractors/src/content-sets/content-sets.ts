import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { ContentManifest } from './content-manifest.schema';
import { readDnfHistory } from './dnf-history';

const manifestBytes = 4 * 1024 * 1024;
const historyBytes = 256 * 1024 * 1024;

/** Which products the packages of a Red Hat image came from. See README.md beside this file. */
export const contentSets: Extractor = {
  id: 'content-sets',
  revision: 1,
  reads: 'release',
  files: [
    { directory: 'root/buildinfo/content_manifests', suffix: '.json', maxBytes: manifestBytes },
    { directory: 'usr/share/buildinfo', suffix: '.json', maxBytes: manifestBytes },
    { directory: 'usr/share/buildinfo/content_manifests', suffix: '.json', maxBytes: manifestBytes },
    { path: 'var/lib/dnf/history.sqlite', maxBytes: historyBytes },
    { path: 'usr/lib/sysimage/libdnf5/transaction_history.sqlite', maxBytes: historyBytes },
  ],
  extract: (file) => Promise.resolve(file.path.endsWith('.json') ? readManifest(file) : readHistory(file)),
};

function readManifest(file: LayerFile): Extraction {
  const manifest = ContentManifest.safeParse(parseJson(file.bytes));
  if (!manifest.success) {
    return {
      ...nothingExtracted,
      problems: [
        {
          code: 'content-manifest-invalid',
          message: `"${file.path}" is no content manifest: which Red Hat products its packages came from is not known from it.`,
          path: file.path,
        },
      ],
    };
  }
  return manifest.data.from_dnf_hint === true ? nothingExtracted : extractionOf(manifest.data.content_sets ?? []);
}

function readHistory(file: LayerFile): Extraction {
  const { repositories, damage } = readDnfHistory(file.content);
  const found = extractionOf(repositories);
  if (damage === undefined) return found;
  return {
    ...found,
    problems: [
      {
        code: 'dnf-history-damaged',
        message: `"${file.path}" ${damage}: repositories that packages came from may be missing.`,
        path: file.path,
      },
    ],
  };
}

function extractionOf(names: readonly string[]): Extraction {
  const sets = new Set(names.map(withoutBuildSuffix));
  return sets.size === 0 ? nothingExtracted : { ...nothingExtracted, contentSets: [...sets].sort() };
}

/** `rhel-8-for-x86_64-baseos-rpms__8`: two underscores and a number name a build (trap 43), `__9_DOT_2` a minor release. */
function withoutBuildSuffix(name: string): string {
  return name.replace(/__\d+$/, '');
}
