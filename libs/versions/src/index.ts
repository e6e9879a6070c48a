export { apk } from './apk/scheme';
export { dpkg } from './dpkg/scheme';
export { intervalContains, intervalsOf, type Boundary, type Closing, type Interval, type Opening } from './interval';
export { satisfies, type BadRange } from './npm/range';
export { npm } from './npm/scheme';
export { compareVersions, schemeById, schemes, type UnknownScheme } from './registry';
export { semver, type SemverVersion } from './semver/scheme';
export type { BadVersion, Order, VersionScheme } from './version-scheme';
