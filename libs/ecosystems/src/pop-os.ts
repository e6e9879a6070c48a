import { derivative, versionsMatch } from './distro/derivative';
import { ubuntu } from './ubuntu';

/** A mirror of Ubuntu's archive under the same number, and a repository of its own beside it: `1.0~1700000000~22.04~0a1b2c3`, `5pop1`. */
export const popOs = derivative({
  id: 'pop-os',
  advisoryEcosystem: 'Pop!_OS',
  ids: ['pop'],
  baseOf: (release) => ({ ecosystem: ubuntu, release: { ...release, id: 'ubuntu' } }),
  isOwnBuild: (extracted) => versionsMatch(extracted, /pop\d|~\d{10}~\d\d\.\d\d~[0-9a-f]{7}/),
});
