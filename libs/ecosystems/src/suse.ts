import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { numbered } from './distro/release-texts';

/**
 * Advisories name products by their marketing name, as PRETTY_NAME does: `SUSE:Linux Enterprise Server 15 SP6`, and source packages.
 * What one product gets says nothing of another, so the image's own is asked and what it is made of.
 */
export const suse = distroEcosystem({
  id: 'suse',
  advisoryEcosystem: 'SUSE',
  ids: ['sles', 'sles_sap', 'sled', 'sle_hpc', 'sle-hpc', 'sle-micro', 'sle-micro-rancher', 'sl-micro'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: {
    of: productOf,
    all: [
      ...servicePacks(12, 5),
      ...servicePacks(15, 7),
      ...['16.0', '16.1'].map((version) => `Linux Enterprise Server ${version}`),
      ...numbered(0, 5).map((minor) => `Linux Enterprise Micro 5.${minor}`),
      ...numbered(0, 2).map((minor) => `Linux Micro 6.${minor}`),
    ],
    filedUnder,
  },
  names: ['source', 'own'],
  purlNamespace: () => 'suse',
});

function servicePacks(major: number, last: number): readonly string[] {
  const server = `Linux Enterprise Server ${major}`;
  return [server, ...numbered(1, last).map((pack) => `${server} SP${pack}`)];
}

/** Without a name, which files older than os-release leave, the number tells: `11.4` is the fourth service pack. */
function productOf({ id, versionId, prettyName }: Release): string | undefined {
  const named = /^SUSE (Linux .*\d)/.exec(prettyName ?? '')?.[1];
  if (named !== undefined) return named;
  const [, major, minor] = /^(\d+)(?:\.(\d+))?/.exec(versionId ?? '') ?? [];
  if (major === undefined) return undefined;
  if (id.startsWith('sl-micro')) return `Linux Micro ${versionId}`;
  if (id.startsWith('sle-micro')) return `Linux Enterprise Micro ${versionId}`;
  if (Number(major) >= 16) return `Linux Enterprise Server ${versionId}`;
  return `Linux Enterprise Server ${major}${minor === undefined || minor === '0' ? '' : ` SP${minor}`}`;
}

/** Each of its packages belongs to one of them. Other modules add software that containers do not have. */
const modulesOf15 = [
  'Basesystem',
  'Certifications',
  'Containers',
  'Desktop Applications',
  'Development Tools',
  'Legacy',
  'Public Cloud',
  'Python 3',
  'Server Applications',
  'Web and Scripting',
];

/**
 * From 15 on the server is put together of modules of the same service pack, and advisories name the module. When general support ends,
 * fixes go on under the name of the extended one.
 */
function filedUnder(product: string): readonly string[] {
  const [, pack] =
    /^Linux Enterprise (?:Server|Desktop|High Performance Computing)\D* (1[25](?: SP\d+)?)$/.exec(product) ?? [];
  if (pack === undefined) return [product];
  const modules = pack.startsWith('15') ? modulesOf15.map((name) => `Linux Enterprise Module for ${name} ${pack}`) : [];
  const server = `Linux Enterprise Server ${pack}`;
  return [...new Set([product, server, `${server}-LTSS`, ...modules])];
}
