import { debian } from './debian';
import { derivative, versionsMatch } from './distro/derivative';
import { majorOf } from './distro/release-texts';

/** Its archive hands out Debian's own packages, but for those that it had to free from systemd. Devuan 5 stands on Debian 12. */
export const devuan = derivative({
  id: 'devuan',
  advisoryEcosystem: 'Devuan',
  ids: ['devuan'],
  baseOf: (release) => {
    const major = majorOf(release);
    return major === undefined
      ? undefined
      : { ecosystem: debian, release: { id: 'debian', versionId: `${Number(major) + 7}` } };
  },
  isOwnBuild: (extracted) => versionsMatch(extracted, /devuan/),
});
