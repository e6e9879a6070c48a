import { posix } from 'node:path';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { condaPackage } from './conda-package';
import { CondaRecord } from './conda-record.schema';

/** Packages in the environments of conda, mamba and pixi. See README.md beside this file. */
export const conda: Extractor = {
  id: 'conda',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.json', below: 'conda-meta', maxBytes: 64 * 1024 * 1024 }],
  extract: (file, context) => Promise.resolve(readRecord(file, context)),
};

function readRecord(file: LayerFile, context: ExtractContext): Extraction {
  const [, environment] = /^(.*?\/?)conda-meta\/[^/]+$/.exec(file.path) ?? [];
  if (environment === undefined) return nothingExtracted;
  const record = CondaRecord.safeParse(parseJson(file.bytes));
  if (!record.success) {
    const message = `"${file.path}" is not conda's record of a package with name and version; it is missing from the inventory.`;
    return { packages: [], problems: [{ code: 'conda-record-invalid', message, path: file.path }] };
  }
  const paths = record.data.files
    .map((path) => posix.join(environment, path))
    .filter((path) => !path.startsWith('..') && context.wantsOwner(path));
  const owned = paths.length === 0 ? {} : { ownedFiles: [{ statedIn: file.path, paths }] };
  return { packages: [condaPackage(record.data)], ...owned, problems: [] };
}
