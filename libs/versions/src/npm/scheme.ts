import { compareSemver, parseSemver, type SemverVersion } from '../semver/scheme';
import type { VersionScheme } from '../version-scheme';

/** npm orders by SemVer precedence; what is its own is the grammar of ranges, in range.ts. */
export const npm: VersionScheme<SemverVersion> = { id: 'npm', parse: parseSemver, compare: compareSemver };
