import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  type Advisory,
  type AffectedPackage,
  type AffectedRange,
  type RangeEvent,
  type SeverityVector,
  type VendorStatus,
} from '@tidewaiter/contracts';
import { UnexpectedError } from '@tidewaiter/kit';

/**
 * What one record looks like in the file. Values are kept as short arrays, deflated when that pays. Reading trusts them:
 * the only writer is this file, and a store of another version is not opened.
 */
export interface RecordColumns {
  readonly links: string | null;
  readonly body: Uint8Array;
}

/** Text that most bodies contain. Part of the format: a change is a new schema version. */
const dictionary = Buffer.from(
  [
    '"https://lists.debian.org/debian-lts-announce/","https://lists.fedoraproject.org/archives/list/package-announce%40lists.fedoraproject.org/message/',
    '"https://security.gentoo.org/glsa/","https://security.netapp.com/advisory/ntap-","https://usn.ubuntu.com/","https://www.debian.org/security/20',
    '"https://bugzilla.redhat.com/show_bug.cgi?id=","https://access.redhat.com/security/cve/","https://access.redhat.com/errata/RHSA-20',
    'allows remote attackers to cause a denial of service (crash) via a crafted file. vulnerability in arbitrary code execution buffer overflow',
    'In the Linux kernel, the following vulnerability has been resolved: Malicious code in (npm)"',
    '["GitHub","word","MODERATE"]["GitHub","word","CRITICAL"]["GitHub","word","HIGH"]',
    '"osv","CVSS_V3","CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]"GitHub","CVSS_V3","CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:N"]',
    '","https://github.com/advisories/GHSA-","https://github.com/","https://nvd.nist.gov/vuln/detail/CVE-202',
  ].join(''),
);

/** Bodies are short: making room for long ones costs more than deflating them. Any inflater reads what a smaller window wrote. */
const deflating = { level: 3, windowBits: 13, memLevel: 5 } as const;

type StoredSeverity = readonly [source: string, kind: SeverityVector['kind'], value: string];
type StoredEvent = readonly [kind: string, version: string];
type StoredRange = readonly [type: 'S' | 'E', events: readonly StoredEvent[]];
type StoredAffected = readonly [
  ranges: readonly StoredRange[],
  versions: readonly string[],
  severities: readonly StoredSeverity[],
  /** Left out where none of them is stated, which is most of the time. */
  status?: VendorStatus | null,
  architectures?: readonly string[],
  module?: string | null,
];
type StoredBody = readonly [
  published: string | null,
  withdrawn: string | null,
  summary: string | null,
  severities: readonly StoredSeverity[],
  references: readonly string[],
];
type StoredLinks = readonly [aliases: readonly string[], upstream: readonly string[]];

export function encodeRecord(advisory: Advisory): RecordColumns {
  const { published, withdrawn, summary, severities, references, aliases, upstream } = advisory;
  const body: StoredBody = [
    published ?? null,
    withdrawn ?? null,
    summary ?? null,
    severities.map(storeSeverity),
    references,
  ];
  const links: StoredLinks = [aliases, upstream];
  return {
    links: aliases.length + upstream.length === 0 ? null : JSON.stringify(links),
    body: deflateRawSync(JSON.stringify(body), { ...deflating, dictionary }),
  };
}

export interface RecordRow extends RecordColumns {
  readonly feed: string;
  readonly id: string;
  readonly modified: string;
}

export function decodeRecord(row: RecordRow): Omit<Advisory, 'affected'> {
  // Written by encodeRecord of the same schema version.
  const [published, withdrawn, summary, severities, references] = JSON.parse(
    inflateRawSync(row.body, { dictionary }).toString('utf8'),
  ) as StoredBody;
  const { aliases, upstream } = decodeLinks(row.links);
  return {
    feed: row.feed,
    id: row.id,
    modified: row.modified,
    ...(published !== null && { published }),
    ...(withdrawn !== null && { withdrawn }),
    ...(summary !== null && { summary }),
    aliases,
    upstream,
    severities: severities.map(readSeverity),
    references: [...references],
  };
}

export function decodeLinks(links: string | null): { aliases: string[]; upstream: string[] } {
  if (links === null) return { aliases: [], upstream: [] };
  // Written by encodeRecord of the same schema version.
  const [aliases, upstream] = JSON.parse(links) as StoredLinks;
  return { aliases: [...aliases], upstream: [...upstream] };
}

/** Below this, deflating costs more than it saves. */
const plainChars = 512;

/** Everything of an affected entry but the key it is found by. */
export function encodeAffected(affected: AffectedPackage): string | Uint8Array {
  const { status, architectures = [], module } = affected;
  const isPlain = status === undefined && architectures.length === 0 && module === undefined;
  const stored: StoredAffected = [
    affected.ranges.map(({ type, events }) => [type === 'SEMVER' ? 'S' : 'E', events.map(storeEvent)]),
    affected.versions,
    affected.severities.map(storeSeverity),
    ...(isPlain ? ([] as const) : ([status ?? null, architectures, module ?? null] as const)),
  ];
  const text = JSON.stringify(stored);
  return text.length <= plainChars ? text : deflateRawSync(text, deflating);
}

export function decodeAffected(
  payload: string | Uint8Array,
  key: { ecosystem: string; name: string },
): AffectedPackage {
  const text = typeof payload === 'string' ? payload : inflateRawSync(payload).toString('utf8');
  // Written by encodeAffected of the same schema version.
  const [ranges, versions, severities, status, architectures, module] = JSON.parse(text) as StoredAffected;
  return {
    ecosystem: key.ecosystem,
    name: key.name,
    ranges: ranges.map(readRange),
    versions: [...versions],
    severities: severities.map(readSeverity),
    ...(status ? { status } : {}),
    ...(architectures?.length ? { architectures: [...architectures] } : {}),
    ...(typeof module === 'string' ? { module } : {}),
  };
}

function storeEvent(event: RangeEvent): StoredEvent {
  if ('introduced' in event) return ['i', event.introduced];
  if ('fixed' in event) return ['f', event.fixed];
  if ('lastAffected' in event) return ['a', event.lastAffected];
  return ['l', event.limit];
}

function readRange([type, events]: StoredRange): AffectedRange {
  return { type: type === 'S' ? 'SEMVER' : 'ECOSYSTEM', events: events.map(readEvent) };
}

function readEvent([kind, version]: StoredEvent): RangeEvent {
  switch (kind) {
    case 'i':
      return { introduced: version };
    case 'f':
      return { fixed: version };
    case 'a':
      return { lastAffected: version };
    case 'l':
      return { limit: version };
    default:
      throw new UnexpectedError('advisory-store-damaged', `The advisory store holds an unknown range event ${kind}.`);
  }
}

function storeSeverity({ source, kind, value }: SeverityVector): StoredSeverity {
  return [source, kind, value];
}

function readSeverity([source, kind, value]: StoredSeverity): SeverityVector {
  return { source, kind, value };
}
