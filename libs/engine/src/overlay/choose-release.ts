import type { Release } from '@tidewaiter/contracts';
import { extendedSupportOf } from '@tidewaiter/extractors';

/** os-release(5): /etc/os-release takes precedence, and is nearly always a link to the other. Bottlerocket has its own in a tree apart. */
const osReleases = [
  'etc/os-release',
  'usr/lib/os-release',
  'x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release',
  'aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release',
];

/**
 * What there was before os-release, and still is where it was taken out. A derivative keeps the files of what it derives from: Oracle
 * Linux has a redhat-release, Ubuntu a debian_version, Manjaro an arch-release. So a file that only one distribution has comes
 * first, one that many have later, and those that are inherited last.
 */
const fallbacks = [
  'etc/oracle-release',
  'etc/rocky-release',
  'etc/almalinux-release',
  'etc/centos-release',
  'etc/fedora-release',
  'etc/mageia-release',
  'etc/openEuler-release',
  'etc/photon-release',
  'etc/azurelinux-release',
  'etc/mariner-release',
  'etc/openwrt_release',
  'etc/SuSE-release',
  'etc/alpine-release',
  'etc/lsb-release',
  'etc/system-release',
  'etc/system-release-cpe',
  'etc/redhat-release',
  'etc/arch-release',
  'etc/apk/repositories',
  'etc/debian_version',
];

const subscription = 'var/lib/ubuntu-advantage/status.json';

/** Every path that is asked for. */
export const releasePaths: readonly string[] = [...osReleases, ...fallbacks, subscription];

/** What the image is, of all that its files say about it. `statedAt` answers for one path of the merged image. */
export function chooseRelease(
  statedAt: (path: string) => Release | undefined,
  contentSets: readonly string[] = [],
): Release | undefined {
  const stated = statements(osReleases, statedAt);
  const others = statements(fallbacks, statedAt);
  // "linux" is what os-release(5) says of one that does not name itself.
  const chosen = stated.find((release) => release.id !== 'linux') ?? others[0] ?? stated[0];
  if (chosen === undefined) return undefined;
  return { ...completed(chosen, others), ...supportOf(chosen, statedAt, contentSets) };
}

function supportOf(
  { id }: Release,
  statedAt: (path: string) => Release | undefined,
  contentSets: readonly string[],
): Pick<Release, 'support'> {
  const support =
    id === 'ubuntu' ? statedAt(subscription)?.support : id === 'rhel' ? extendedSupportOf(contentSets) : [];
  return support === undefined || support.length === 0 ? {} : { support: [...support] };
}

/** Where it does not say its version, another file of the same distribution may. */
function completed(chosen: Release, others: readonly Release[]): Release {
  if (chosen.versionId !== undefined) return chosen;
  const same = others.filter((release) => release.id === chosen.id);
  // Testing and unstable have no VERSION_ID and share a codename; only debian_version tells that it is not a release.
  if (chosen.id === 'debian' && same.some((release) => release.versionCodename === 'sid')) {
    return { ...chosen, versionCodename: 'sid' };
  }
  const versionId = same.find((release) => release.versionId !== undefined)?.versionId;
  return versionId === undefined ? chosen : { ...chosen, versionId };
}

function statements(paths: readonly string[], statedAt: (path: string) => Release | undefined): readonly Release[] {
  return paths.map(statedAt).filter((release) => release !== undefined);
}
