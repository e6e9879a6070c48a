import type { ExtractedPackage, Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { debPackaging } from './distro/packaging';
import { majorMinorOf } from './distro/release-texts';

const pro = 'Pro:';
const ltsMark = ':LTS';

const versionOfCodename: ReadonlyMap<string, string> = new Map([
  ['trusty', '14.04'],
  ['xenial', '16.04'],
  ['bionic', '18.04'],
  ['focal', '20.04'],
  ['jammy', '22.04'],
  ['noble', '24.04'],
  ['oracular', '24.10'],
  ['plucky', '25.04'],
  ['questing', '25.10'],
  ['resolute', '26.04'],
]);

/**
 * Like Debian by source package. OSV marks long-term releases (`Ubuntu:22.04:LTS`), some records leave the mark out, and
 * what only subscribers get is a line of its own (`Ubuntu:Pro:22.04:LTS`).
 */
export const ubuntu = distroEcosystem({
  id: 'ubuntu',
  advisoryEcosystem: 'Ubuntu',
  ids: ['ubuntu'],
  isComprehensive: true,
  packaging: { ...debPackaging, extractors: ['dpkg', 'chisel'] },
  releases: {
    of: (release, extracted) => {
      const version = ubuntuVersion(release);
      return version === undefined ? undefined : lineOf(extracted, release) + withSupportMark(version);
    },
    all: [...versionOfCodename.values(), '26.10'].map(withSupportMark),
    filedUnder,
  },
  names: ['source'],
  purlRelease: ubuntuVersion,
});

/** By VERSION_ID, for Ubuntu itself; by the codename it is built on, for a derivative with a numbering of its own. */
export function ubuntuVersion(release: Release): string | undefined {
  const codename = release.baseCodename ?? release.versionCodename ?? '';
  return (release.id === 'ubuntu' ? majorMinorOf(release) : undefined) ?? versionOfCodename.get(codename);
}

/**
 * The version itself tells who built the package: `1.2-3ubuntu1.5+esm1` is extended support's, `3.0.2-0ubuntu1.12+Fips1` is
 * certified.
 */
function lineOf({ version, source }: ExtractedPackage, release: Release): string {
  const texts = `${version} ${source?.version ?? ''}`;
  if (/[+~.]fips/i.test(texts))
    return release.support?.includes('fips-updates') === true ? 'Pro:FIPS-updates:' : 'Pro:FIPS:';
  return /[+~]esm/.test(texts) ? pro : '';
}

/**
 * A package of the public archive is also behind what subscribers got: after a release's end of life only their line goes on. A
 * build of extended support stays in a release whose archive may get a later fix. Certified builds are compared with certified
 * ones alone; their lines are not told apart by versions, so both are asked unless the image says which it follows.
 */
function filedUnder(line: string): readonly string[] {
  if (line.startsWith('Pro:FIPS:')) return [line, line.replace('FIPS', 'FIPS-updates')];
  if (line.startsWith('Pro:FIPS')) return [line];
  if (line.startsWith(pro)) return [line, ...inArchive(line.slice(pro.length))];
  return line.endsWith(ltsMark) ? [...inArchive(line), pro + line] : [line];
}

function inArchive(line: string): readonly string[] {
  return line.endsWith(ltsMark) ? [line, line.slice(0, -ltsMark.length)] : [line];
}

/**
 * Which of the two places a line of Ubuntu's is filed in that mend the same sources, each on its own. Undefined for certified builds,
 * for everything else, and where the release is not known.
 */
export function ubuntuArchiveOf(ecosystem: string): 'public' | 'extended' | undefined {
  if (!ecosystem.startsWith('Ubuntu:') || ecosystem.startsWith('Ubuntu:Pro:FIPS')) return undefined;
  return ecosystem.startsWith('Ubuntu:Pro:') ? 'extended' : 'public';
}

/** The April releases of even years are supported long-term. */
function withSupportMark(version: string): string {
  const [year = '', month = ''] = version.split('.');
  return month === '04' && Number(year) % 2 === 0 ? version + ltsMark : version;
}
