import type { Extraction } from '../extractor';

/** For specs: what `rpm -qa` said, as tools/fixtures/rpm/generate.mjs asks it, without what is no package. */
export function linesOfRpm(answer: string): string[] {
  return answer
    .split('\n')
    .filter((line) => line !== '' && line.split('\t')[1] !== 'gpg-pubkey')
    .flatMap((line) => {
      const [kind, name, ...rest] = line.split('\t');
      if (kind === 'package') {
        // The vendor is not kept as such: it decides what the distro maintains, which other tests are about.
        const [evr, architecture, , license, module, source] = rest;
        return [['package', name, evr, architecture, license, module, source].join('\t')];
      }
      const [flags, path = ''] = rest;
      return (Number(flags) & 64) === 0 ? [['file', name, path.slice(1)].join('\t')] : [];
    })
    .sort();
}

/** The same lines from what we read. */
export function linesOfExtraction({ packages, ownedFiles }: Extraction, answer: string): string[] {
  return [
    ...packages.map(({ name, version, architecture, licenses, module, source }) => {
      const label = module === undefined ? '(none)' : labelOf(module, answer);
      const sourceRpm = source === undefined ? '(none)' : `${source.name}-${source.version}.src.rpm`;
      return ['package', name, version, architecture, licenses?.join(), label, sourceRpm].join('\t');
    }),
    ...(ownedFiles ?? []).flatMap((owned) =>
      owned.paths.map((path) => ['file', 'name' in owned ? owned.name : owned.statedIn, path].join('\t')),
    ),
  ].sort();
}

/** rpm prints the label with version and context, of which only name and stream are kept. */
function labelOf(module: string, answer: string): string {
  return answer.split(/[\t\n]/).find((word) => word.startsWith(`${module}:`)) ?? module;
}
