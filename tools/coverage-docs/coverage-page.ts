import { ecosystems, schemeForEcosystem, type Ecosystem } from '@tidewaiter/ecosystems';
import { extractors, type Extractor, type FileSelector } from '@tidewaiter/extractors';
import { feeds } from '@tidewaiter/feeds';
import { schemes } from '@tidewaiter/versions';

/** What is read, how it is ordered and whose advisories speak of it, as Markdown. */
export function coveragePage(): string {
  return [
    '# Coverage',
    '<!-- Generated from the registries by `node --import ./tools/typescript/register.mjs tools/coverage-docs/main.ts`. -->',
    'What Tidewaiter knows. Packages of an ecosystem without advisories are listed, and each report says that nobody speaks of them.',
    '## Distributions',
    'A distribution that is not here is a problem in the report, whatever it is like and whether its packages are read or not; so is an image of one that is here and of which no package database lists anything. What a derivative installs unchanged from another' +
      ' distribution belongs to that one; its own row is about what it builds itself.',
    '"Of a source": advisories name source packages alone. "Also unfixed": they name what is not fixed too, so that silence about a file' +
      ' of the distribution means something.',
    table(
      [
        'ecosystem',
        '`ID` in os-release',
        'package',
        'read by',
        'order',
        'release',
        'of a source',
        'also unfixed',
        'advisories',
      ],
      ecosystems.flatMap((ecosystem) => distroRow(ecosystem)),
    ),
    '## Languages and others',
    table(
      ['ecosystem', 'package', 'read by', 'order', 'advisories'],
      ecosystems
        .filter(({ distro }) => distro === undefined)
        .map((ecosystem) => [
          ecosystem.advisoryEcosystem,
          `\`pkg:${ecosystem.purlType}\``,
          ...readingOf(ecosystem),
          feedsOf(ecosystem),
        ]),
    ),
    '## Extractors',
    table(
      ['extractor', 'reads', 'files'],
      extractors.map(({ id, reads, files }) => [id, kinds[reads], files.map(selectorText).join(', ')]),
    ),
    '## Version orders',
    `${codes(schemes.map(({ id }) => id))}. Each agrees with the tool that the versions are made for: see [testing.md](testing.md).`,
    '## Advisory feeds',
    table(
      ['feed', 'ecosystems'],
      feeds.map(({ id, covers }) => [id, covers.join(', ')]),
    ),
  ].join('\n\n');
}

const kinds: Readonly<Record<Extractor['reads'], string>> = {
  system: 'a distribution’s packages',
  language: 'installed packages',
  lock: 'what a project asked for',
  program: 'programs without a package',
  release: 'what the image is',
  license: 'licences of packages',
};

function distroRow(ecosystem: Ecosystem): string[][] {
  const { distro, needsRelease } = ecosystem;
  if (distro === undefined) return [];
  return [
    [
      ecosystem.advisoryEcosystem,
      codes(distro.ids),
      `\`pkg:${ecosystem.purlType}\``,
      ...readingOf(ecosystem),
      mark(needsRelease),
      mark(distro.isJudgedBySource),
      mark(distro.isComprehensive),
      feedsOf(ecosystem),
    ],
  ];
}

function readingOf({ extractors: read, advisoryEcosystem }: Ecosystem): string[] {
  return [codes(read), schemeForEcosystem(advisoryEcosystem)?.id ?? 'none'];
}

function feedsOf({ advisoryEcosystem }: Ecosystem): string {
  const speaking = feeds.filter((feed) => feed.covers.includes(advisoryEcosystem)).map((feed) => feed.id);
  return speaking.length === 0 ? 'none' : speaking.join(', ');
}

function selectorText(selector: FileSelector): string {
  if ('path' in selector) return `\`${selector.path}\``;
  if ('directory' in selector) return `\`${selector.directory}/*${selector.suffix ?? ''}\``;
  if ('program' in selector) return 'ELF, PE, Mach-O';
  if ('zippedProgram' in selector) return 'zips that can be run';
  const name = 'baseName' in selector ? selector.baseName : `${selector.prefix ?? ''}*${selector.suffix}`;
  return `\`${selector.below === undefined ? '' : `${selector.below}/**/`}${name}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function codes(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function mark(isSo: boolean): string {
  return isSo ? 'yes' : '';
}
