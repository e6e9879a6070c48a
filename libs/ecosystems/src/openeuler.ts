import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorMinorOf, numbered } from './distro/release-texts';

const longTerm = ['20.03', '22.03', '24.03'];

/** Advisories by source package, for long-term releases and their service packs: `openEuler:24.03-LTS-SP1`. */
export const openeuler = distroEcosystem({
  id: 'openeuler',
  advisoryEcosystem: 'openEuler',
  ids: ['openeuler'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: {
    of: releaseOf,
    all: longTerm.flatMap((version) =>
      ['', ...numbered(1, 4).map((pack) => `-SP${pack}`)].map((pack) => `${version}-LTS${pack}`),
    ),
  },
  names: ['source'],
  purlRelease: releaseOf,
});

/** VERSION_ID has the month alone; the rest is in brackets, `openEuler 22.03 (LTS-SP4)`. */
function releaseOf(release: Release): string | undefined {
  const version = majorMinorOf(release);
  const support = /\(?(LTS(?:-SP\d+)?)\b/.exec(`${release.prettyName ?? ''} ${release.versionId ?? ''}`)?.[1];
  if (version === undefined || support === undefined) return version;
  return `${version}-${support}`;
}
