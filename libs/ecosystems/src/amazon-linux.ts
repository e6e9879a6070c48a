import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf } from './distro/release-texts';

/** Errata of its own, by binary package, whatever it says it is like. The first one counted in dates: `2018.03`. */
export const amazonLinux = distroEcosystem({
  id: 'amazon-linux',
  advisoryEcosystem: 'Amazon Linux',
  ids: ['amzn'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: generationOf, all: ['1', '2', '2022', '2023'] },
  names: ['own'],
  purlNamespace: () => 'amazon',
});

function generationOf(release: Release): string | undefined {
  const major = majorOf(release);
  return major !== undefined && /^20(1\d|20)\.\d\d/.test(release.versionId ?? '') ? '1' : major;
}
