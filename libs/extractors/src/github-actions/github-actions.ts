import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';

const maxBytes = 4 * 1024 * 1024;
const below = '.github/workflows';

/** Actions that workflows use. See README.md beside this file. */
export const githubActions: Extractor = {
  id: 'github-actions',
  revision: 1,
  reads: 'lock',
  files: [
    { suffix: '.yml', below, maxBytes },
    { suffix: '.yaml', below, maxBytes },
  ],
  extract: (file) => Promise.resolve(readWorkflow(file)),
};

/** `uses: owner/repository/path@ref`, with or without quotes; `./local` and `docker://image` are no actions of others. */
const uses = /^\s*(?:- +)?uses: *["']?([\w.-]+\/[\w./-]+)@([\w./-]+)["']?(?:\s|$)/;

function readWorkflow(file: LayerFile): Extraction {
  const packages = new Map<string, ExtractedPackage>();
  for (const line of file.bytes.toString('utf8').split('\n')) {
    if (line.length > 1024) continue;
    const [, name, version] = uses.exec(line) ?? [];
    if (name === undefined || version === undefined || name.startsWith('.')) continue;
    packages.set(`${name}@${version}`, { name, version });
  }
  return { packages: [...packages.values()], problems: [] };
}
