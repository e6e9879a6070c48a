import type { Problem } from '@tidewaiter/contracts';
import { readDeps } from '../dotnet/deps';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { findBundledDeps } from './bundle';

const maxDepsBytes = 64 * 1024 * 1024;

/** .NET programs in a single file. See README.md beside this file. */
export const dotnetBundle: Extractor = {
  id: 'dotnet-bundle',
  revision: 1,
  reads: 'language',
  files: [{ program: true, maxBytes: 4 * 1024 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readProgram(file)),
};

function readProgram({ path, content }: LayerFile): Extraction {
  const place = findBundledDeps(content);
  if (place === undefined) return nothingExtracted;
  if (place === 'invalid' || place.sizeBytes > maxDepsBytes) return unreadable(path);
  const deps = readDeps(content.read(place.offset, place.offset + place.sizeBytes));
  return deps === undefined ? unreadable(path) : { packages: deps.packages, problems: [] };
}

function unreadable(path: string): Extraction {
  const problem: Problem = {
    code: 'dotnet-bundle-invalid',
    message: `"${path}" is a .NET program in a single file whose list of packages cannot be read.`,
    path,
  };
  return { packages: [], problems: [problem] };
}
