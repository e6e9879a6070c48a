import { distroEcosystem } from './distro/distro-ecosystem';
import { opkgPackaging } from './distro/packaging';
import { majorMinorOf } from './distro/release-texts';

/** Nobody publishes advisories by package. */
export const openwrt = distroEcosystem({
  id: 'openwrt',
  advisoryEcosystem: 'OpenWrt',
  ids: ['openwrt'],
  isComprehensive: false,
  packaging: opkgPackaging,
  releases: { of: majorMinorOf, all: [] },
  names: ['source', 'own'],
});
