import { debian } from './debian';
import { derivative, versionsMatch } from './distro/derivative';

/** Debian's packages compiled for older processors, release by release under the same number. */
export const raspbian = derivative({
  id: 'raspbian',
  advisoryEcosystem: 'Raspbian',
  ids: ['raspbian'],
  baseOf: (release) => ({ ecosystem: debian, release: { ...release, id: 'debian' } }),
  isOwnBuild: (extracted) => versionsMatch(extracted, /[+~]rp[it]\d/),
});
