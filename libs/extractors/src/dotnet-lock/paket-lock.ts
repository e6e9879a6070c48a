import type { ExtractedPackage } from '@tidewaiter/contracts';
import { linesOf } from '../lines';

const sections: ReadonlySet<string> = new Set(['NUGET', 'GITHUB', 'GIT', 'GIST', 'HTTP']);

/** `NAME: VALUE` of a group, such as `STORAGE: NONE`. */
const option = /^[A-Z_-]{1,64}:/;

/** `    Name (1.0.0) - restriction: >= net6.0`; what it depends on is indented further. */
const entry = /^ {1,5}(\S[^(]{0,1023})\(([^)]{1,1024})\)/;

/**
 * Groups, in them sources by kind, in these addresses, and below an address what comes from there. Files from repositories and
 * addresses are no packages. Paket takes every line of a NuGet source that is indented by less than six for a package.
 * https://fsprojects.github.io/Paket/lock-file.html
 */
export function readPaketLock(text: string): readonly ExtractedPackage[] | undefined {
  const packages: ExtractedPackage[] = [];
  let section: string | undefined;
  for (const line of linesOf(text)) {
    const words = line.trim();
    if (words === '' || words === 'specs:') continue;
    if (sections.has(words)) section = words;
    else if (words.startsWith('GROUP ')) section = undefined;
    else if (words.startsWith('remote:') || option.test(words)) continue;
    else if (section === undefined) return undefined;
    else if (section === 'NUGET' && !line.startsWith('      ')) {
      const [, name, version] = entry.exec(line) ?? [];
      packages.push({ name: name?.trim() ?? '', version: version?.trim() ?? '' });
    }
  }
  return packages;
}
