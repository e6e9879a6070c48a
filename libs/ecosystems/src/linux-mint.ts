import { debian } from './debian';
import { derivative, versionsMatch } from './distro/derivative';
import { ubuntu, ubuntuVersion } from './ubuntu';

/** Installs from Ubuntu's archive, in its Debian edition from Debian's; its own packages are built in a repository beside it. */
export const linuxMint = derivative({
  id: 'linux-mint',
  advisoryEcosystem: 'Linux Mint',
  ids: ['linuxmint'],
  baseOf: ({ baseCodename, idLike }) => {
    if (baseCodename === undefined) return undefined;
    if (idLike?.includes('ubuntu') !== true)
      return { ecosystem: debian, release: { id: 'debian', versionCodename: baseCodename } };
    const versionId = ubuntuVersion({ id: 'linuxmint', baseCodename });
    return versionId === undefined ? undefined : { ecosystem: ubuntu, release: { id: 'ubuntu', versionId } };
  },
  isOwnBuild: (extracted, { versionCodename }) =>
    versionsMatch(extracted, /mint/) ||
    (versionCodename !== undefined && extracted.version.endsWith(`+${versionCodename}`)),
});
