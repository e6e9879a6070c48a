import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { numbered } from './distro/release-texts';

/** Advisories by source package, under the name that PRETTY_NAME has: `openSUSE:Leap 15.6`, `openSUSE:Tumbleweed`. */
export const opensuse = distroEcosystem({
  id: 'opensuse',
  advisoryEcosystem: 'openSUSE',
  ids: ['opensuse', 'opensuse-leap', 'opensuse-leap-micro', 'opensuse-tumbleweed', 'opensuse-microos'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: {
    of: nameOf,
    all: ['Tumbleweed', ...numbered(0, 6).map((minor) => `Leap 15.${minor}`), 'Leap 16.0'],
  },
  names: ['source', 'own'],
  purlNamespace: () => 'opensuse',
});

function nameOf({ id, versionId, prettyName }: Release): string | undefined {
  // MicroOS is Tumbleweed with another installer.
  if (id === 'opensuse-tumbleweed' || id === 'opensuse-microos') return 'Tumbleweed';
  const named = /^openSUSE (Leap .*\d)/.exec(prettyName ?? '')?.[1];
  return named ?? (versionId === undefined ? undefined : `Leap ${versionId}`);
}
