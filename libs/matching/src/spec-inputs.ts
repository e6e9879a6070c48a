import type { AdvisoryMatchInput, AffectedPackage, AffectedRange, Package, RangeEvent } from '@tidewaiter/contracts';

/** Builders for the specs of this folder. */
export function debianPackage(name: string, version: string, source = { name, version }): Package {
  return { ecosystem: 'Debian:12', name, version, purl: `pkg:deb/debian/${name}@${version}?distro=debian-12`, source };
}

export function npmPackage(name: string, version: string): Package {
  return { ecosystem: 'npm', name, version, purl: `pkg:npm/${name}@${version}` };
}

interface InputOptions {
  readonly id?: string;
  readonly feed?: string;
  readonly ecosystem?: string;
  readonly name?: string;
  readonly versions?: readonly string[];
  readonly ranges?: readonly AffectedRange[];
  readonly withdrawn?: string;
  readonly summary?: string;
  readonly vulnerabilities?: readonly string[];
  readonly severities?: AdvisoryMatchInput['affected']['severities'];
  readonly recordSeverities?: AdvisoryMatchInput['advisory']['severities'];
  readonly isVendors?: boolean;
  /** What a vendor says beside the ranges. */
  readonly word?: Pick<AffectedPackage, 'status' | 'architectures' | 'module'>;
}

export function input(options: InputOptions): AdvisoryMatchInput {
  const { id = 'CVE-2024-0001', withdrawn, summary } = options;
  return {
    advisory: {
      feed: options.feed ?? 'osv',
      id,
      modified: '2024-01-01T00:00:00Z',
      aliases: [],
      upstream: [],
      severities: options.recordSeverities ?? [],
      ...(withdrawn === undefined ? {} : { withdrawn }),
      ...(summary === undefined ? {} : { summary }),
    },
    affected: {
      ecosystem: options.ecosystem ?? 'Debian:12',
      name: options.name ?? 'openssl',
      ranges: [...(options.ranges ?? [])],
      versions: [...(options.versions ?? [])],
      severities: options.severities ?? [],
      ...options.word,
    },
    isVendors: options.isVendors ?? false,
    vulnerabilities: (options.vulnerabilities ?? [id]).map((vulnerability) => ({ id: vulnerability, aliases: [] })),
  };
}

/** `range('introduced 0', 'fixed 1.2')` */
export function range(...events: readonly string[]): AffectedRange {
  return { type: 'ECOSYSTEM', events: events.map(eventOf) };
}

export function semverRange(...events: readonly string[]): AffectedRange {
  return { type: 'SEMVER', events: events.map(eventOf) };
}

function eventOf(text: string): RangeEvent {
  const [kind = '', version = ''] = text.split(' ');
  switch (kind) {
    case 'introduced':
      return { introduced: version };
    case 'fixed':
      return { fixed: version };
    case 'last-affected':
      return { lastAffected: version };
    case 'limit':
      return { limit: version };
    default:
      throw new Error(`no such event: ${text}`);
  }
}
