import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';
import { parseJson } from '../json';
import { Application, ApplicationInventory } from './application-inventory.schema';

/** The packages of a Bottlerocket image, which has no package manager. See README.md beside this file. */
export const bottlerocket: Extractor = {
  id: 'bottlerocket',
  revision: 1,
  reads: 'system',
  files: [
    { path: 'usr/share/bottlerocket/application-inventory.json', maxBytes: 32 * 1024 * 1024 },
    ...['x86_64', 'aarch64'].map((machine) => ({
      path: `${machine}-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json`,
      maxBytes: 32 * 1024 * 1024,
    })),
  ],
  extract: (file) => Promise.resolve(extract(file)),
};

function extract(file: LayerFile): Extraction {
  const inventory = ApplicationInventory.safeParse(parseJson(file.bytes));
  if (!inventory.success) return unreadable(file, 'is not a Bottlerocket inventory');
  const packages: ExtractedPackage[] = [];
  let incomplete = 0;
  for (const entry of inventory.data.Content) {
    const application = Application.safeParse(entry);
    if (application.success) packages.push(packageOf(application.data));
    else incomplete++;
  }
  if (incomplete === 0) return { packages, problems: [] };
  return {
    packages,
    problems: unreadable(file, `has ${incomplete} entries without name, version or release`).problems,
  };
}

function packageOf({ Name, Version, Release, Epoch, Architecture }: Application): ExtractedPackage {
  const epoch = Epoch === undefined || Epoch === '' || Epoch === '0' ? '' : `${Epoch}:`;
  return {
    name: Name,
    version: `${epoch}${Version}-${Release}`,
    ...(Architecture === undefined || Architecture === '' ? {} : { architecture: Architecture }),
    isDistroMaintained: true,
  };
}

function unreadable(file: LayerFile, what: string): Extraction {
  return {
    packages: [],
    problems: [
      {
        code: 'bottlerocket-inventory-unreadable',
        message: `The file ${what}; the packages it lists are not all known.`,
        path: file.path,
      },
    ],
  };
}
