import { compareSemver, parseSemver, type SemverVersion } from '../semver/scheme';
import { malformed, type VersionScheme } from '../version-scheme';

/**
 * What stands behind the "@" of `uses:`. Only a whole version says which code runs: "v4" and "v4.2" are tags that are moved
 * to every later release, a branch moves with every commit, and of a commit nobody knows which version it is.
 */
export const githubActions: VersionScheme<SemverVersion> = {
  id: 'github-actions',
  parse: (raw) => {
    const parsed = parseSemver(raw);
    return parsed.ok && !/^\s*v?\d+\.\d+\.\d+/.test(raw)
      ? malformed(raw, 'a tag without all three numbers is moved from release to release')
      : parsed;
  },
  compare: compareSemver,
};
