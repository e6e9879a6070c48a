import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';

const maxBytes = 4 * 1024 * 1024;
const below = '.github/workflows';

/** Actions that workflows use, and a repository's own actions. See README.md beside this file. */
export const githubActions: Extractor = {
  id: 'github-actions',
  revision: 2,
  reads: 'lock',
  files: [
    { suffix: '.yml', below, maxBytes },
    { suffix: '.yaml', below, maxBytes },
    ...['action.yml', 'action.yaml'].map((baseName) => ({ baseName, below: '.github', maxBytes })),
  ],
  extract: (file) => Promise.resolve(readWorkflow(file)),
};

/**
 * `uses: owner/repository/path@ref`, with or without quotes, as a line or within braces; `./local` and `docker://image` are no actions
 * of others.
 */
const uses = /^(?:- +)?(?:\{ *(?:[^{}]{0,512}, )?)?uses: *["']?([\w.-]+\/[\w./-]+)@([\w./-]+)["']?(?=[\s,}]|$)/;

function readWorkflow(file: LayerFile): Extraction {
  const packages = new Map<string, ExtractedPackage>();
  for (const line of file.bytes.toString('utf8').split('\n')) {
    const text = line.trim();
    if (text.length > 1024 || text.startsWith('#')) continue;
    const [, name, version] = uses.exec(text) ?? [];
    if (name === undefined || version === undefined || name.startsWith('.')) continue;
    packages.set(`${name}@${version}`, { name, version });
  }
  return { packages: [...packages.values()], problems: [] };
}
