import type { Releases } from './distro-ecosystem';
import { majorOf } from './release-texts';

/** Long-term releases have a number, the rolling one is called `stream`. */
export const bellsoftReleases: Releases = {
  of: (release) => (release.versionId === 'stream' ? 'stream' : majorOf(release)),
  all: ['23', '25', 'stream'],
};
