import type { Extraction, Extractor, LayerFile } from '../extractor';
import { readLock } from '../lock';
import { readPackagesLock, readProjectAssets } from './json-locks';
import { readPaketLock } from './paket-lock';
import { readPackagesConfig, readProject } from './xml-lists';

const maxBytes = 64 * 1024 * 1024;

/** What .NET projects asked for. See README.md beside this file. */
export const dotnetLock: Extractor = {
  id: 'dotnet-lock',
  revision: 5,
  reads: 'lock',
  files: [
    { baseName: 'packages.lock.json', maxBytes },
    { baseName: 'project.assets.json', maxBytes },
    { baseName: 'packages.config', maxBytes },
    { baseName: 'paket.lock', maxBytes },
    { baseName: 'Directory.Packages.props', maxBytes },
    { baseName: 'Packages.props', maxBytes },
    { suffix: '.csproj', maxBytes },
    { suffix: '.fsproj', maxBytes },
    { suffix: '.vbproj', maxBytes },
  ],
  extract: (file) => Promise.resolve(read(file)),
};

function read(file: LayerFile): Extraction {
  const baseName = file.path.slice(file.path.lastIndexOf('/') + 1);
  switch (baseName) {
    case 'packages.lock.json':
      return readLock(file, readPackagesLock);
    case 'project.assets.json':
      return readLock(file, readProjectAssets);
    case 'packages.config':
      return readLock(file, readPackagesConfig);
    case 'paket.lock':
      return readLock(file, readPaketLock);
    default:
      return readLock(file, readProject);
  }
}
