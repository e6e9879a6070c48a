import { condaPackage } from '../conda/conda-package';
import { linesOf } from '../lines';
import { readRequirements } from '../python-lock/requirements';
import { condaArchive } from './conda-archive';
import type { LockedPackages } from './locked-packages';

/** conda-lock adds what pip is to install, as a comment that only its own `install` and micromamba read. */
const pipComment = '# pip ';

/**
 * `conda list --explicit`: the line `@EXPLICIT`, then an address for each package, with its hash behind a `#`. Undefined where that
 * line is missing. https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
 */
export function readExplicit(text: string): LockedPackages | undefined {
  const lines = [...linesOf(text)].map((line) => line.trim());
  if (!lines.includes('@EXPLICIT')) return undefined;
  const pip = lines.filter((line) => line.startsWith(pipComment)).map((line) => line.slice(pipComment.length));
  return {
    conda: lines
      .filter((line) => line !== '' && !line.startsWith('#') && line !== '@EXPLICIT')
      // What is no address of a package becomes a problem: conda installs nothing but these.
      .map((line) => condaPackage(condaArchive(line) ?? { name: '', version: '' })),
    pypi: readRequirements(pip.join('\n')),
  };
}
