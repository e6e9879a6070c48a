import { hash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  ecosystemBase,
  type Advisory,
  type AdvisoryHead,
  type AffectedPackage,
  type AffectedRange,
  type RangeEvent,
  type SeverityVector,
  type VendorStatus,
} from '@tidewaiter/contracts';
import { UnexpectedError } from '@tidewaiter/kit';

/**
 * What one record looks like in the file: short arrays as JSON. Only long lists of versions are deflated: bodies are short, and
 * to deflate each took longer than to read it from its feed. Reading trusts them: the only writer is this file, and a store of
 * another version is not opened.
 */
export interface RecordColumns {
  readonly links: string | null;
  readonly body: string;
}

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
];
type StoredLinks = readonly [aliases: string[], upstream: string[]];

/** A record on its way into a store. */
export interface EncodedRecord extends RecordColumns {
  readonly id: string;
  readonly modified: string;
  readonly stamp: string | null;
  readonly isWithdrawn: boolean;
  /** Ecosystems, names and payloads of what is affected, each once: an erratum says the same of a hundred packages. */
  readonly texts: readonly string[];
  /** Ecosystem, name and payload of each affected package, as places among the texts, one after the other. */
  readonly affected: readonly number[];
}

export function encodeRecord(advisory: Omit<Advisory, 'references'>, stamp: string | null): EncodedRecord {
  const { id, modified, published, withdrawn, summary, severities, aliases, upstream, affected } = advisory;
  const body: StoredBody = [published ?? null, withdrawn ?? null, summary ?? null, severities.map(storeSeverity)];
  const links = [aliases, upstream];
  return {
    id,
    modified,
    stamp,
    isWithdrawn: withdrawn !== undefined,
    links: aliases.length + upstream.length === 0 ? null : JSON.stringify(links),
    body: JSON.stringify(body),
    ...joinAffected(affected),
  };
}

function joinAffected(entries: readonly AffectedPackage[]): Pick<EncodedRecord, 'texts' | 'affected'> {
  const texts = new TextPlaces();
  const affected: number[] = [];
  let last: AffectedPackage | undefined;
  let payload = 0;
  for (const entry of entries) {
    affected.push(texts.placeOf(entry.ecosystem), texts.placeOf(entry.name));
    // An erratum says the same of a hundred packages in a row: looking is cheaper than writing it down.
    if (last === undefined || !saysTheSame(last, entry)) payload = texts.placeOf(encodeAffected(entry));
    last = entry;
    affected.push(payload);
  }
  return { texts: texts.all, affected };
}

/** As many texts are looked through faster than one of them is hashed; most records have no more. */
const fewTexts = 12;

/** Texts, each once, and where each is. */
class TextPlaces {
  readonly all: string[] = [];
  private byText: Map<string, number> | undefined;

  placeOf(text: string): number {
    const known = this.byText === undefined ? this.all.indexOf(text) : (this.byText.get(text) ?? -1);
    if (known !== -1) return known;
    const place = this.all.push(text) - 1;
    if (this.all.length === fewTexts) this.byText = new Map(this.all.map((each, at) => [each, at]));
    else this.byText?.set(text, place);
    return place;
  }
}

/**
 * Ecosystems, without their releases, of whose packages a record says something: nothing when it is withdrawn, and nothing by an entry
 * without ranges, versions and status.
 */
export function encodedBases({ isWithdrawn, texts, affected }: EncodedRecord): ReadonlySet<string> {
  const bases = new Set<string>();
  if (isWithdrawn) return bases;
  for (let at = 0; at < affected.length; at += 3) {
    if (saysSomething(texts[affected[at + 2] ?? -1] ?? '')) bases.add(ecosystemBase(texts[affected[at] ?? -1] ?? ''));
  }
  return bases;
}

/** The payload of an affected package, as it lies in the file or before. */
export function saysSomething(payload: string | Uint8Array): boolean {
  // Only what is long is deflated, and to parse it would take a while.
  if (typeof payload !== 'string' || !payload.startsWith('[[],[],')) return true;
  const [, , , status] = JSON.parse(payload) as StoredAffected;
  return typeof status === 'string';
}

/** Of which packages they say it does not matter. */
function saysTheSame(a: AffectedPackage, b: AffectedPackage): boolean {
  return (
    a.status === b.status &&
    a.module === b.module &&
    isSameList(a.versions, b.versions, isSame) &&
    isSameList(a.architectures ?? [], b.architectures ?? [], isSame) &&
    isSameList(a.ranges, b.ranges, isSameRange) &&
    isSameList(a.severities, b.severities, isSameSeverity)
  );
}

function isSameRange(a: AffectedRange, b: AffectedRange): boolean {
  return a.type === b.type && isSameList(a.events, b.events, isSameEvent);
}

function isSameEvent(a: RangeEvent, b: RangeEvent): boolean {
  const [kind, version] = storeEvent(a);
  const [otherKind, otherVersion] = storeEvent(b);
  return kind === otherKind && version === otherVersion;
}

function isSameSeverity(a: SeverityVector, b: SeverityVector): boolean {
  return a.value === b.value && a.kind === b.kind && a.source === b.source;
}

function isSameList<T>(a: readonly T[], b: readonly T[], isSameItem: (a: T, b: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined || !isSameItem(left, right)) return false;
  }
  return true;
}

function isSame(a: string, b: string): boolean {
  return a === b;
}

/** SHA-256, in base64, of everything that can change an answer: when a record was modified is not among it. */
export function hashOf({ id, links, body, texts, affected }: EncodedRecord): string {
  return hash('sha256', [id, links ?? '', body, affected.join(), ...texts].join('\0'), 'base64');
}

export interface RecordRow extends RecordColumns {
  readonly feed: string;
  readonly id: string;
  readonly modified: string;
}

export function decodeRecord(row: RecordRow): AdvisoryHead {
  // Written by encodeRecord of the same schema version.
  const [published, withdrawn, summary, severities] = JSON.parse(row.body) as StoredBody;
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
  };
}

export function decodeLinks(links: string | null): { aliases: string[]; upstream: string[] } {
  if (links === null) return { aliases: [], upstream: [] };
  // Written by encodeRecord of the same schema version.
  const [aliases, upstream] = JSON.parse(links) as StoredLinks;
  return { aliases, upstream };
}

/** Everything of an affected entry but the key it is found by. */
function encodeAffected(affected: AffectedPackage): string {
  const { status, architectures = [], module } = affected;
  const isPlain = status === undefined && architectures.length === 0 && module === undefined;
  const stored: StoredAffected = [
    affected.ranges.map(({ type, events }) => [type === 'SEMVER' ? 'S' : 'E', events.map(storeEvent)]),
    affected.versions,
    affected.severities.map(storeSeverity),
    ...(isPlain ? ([] as const) : ([status ?? null, architectures, module ?? null] as const)),
  ];
  return JSON.stringify(stored);
}

/** What fits into a page beside others; a longer one would take pages of its own. https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages */
const plainChars = 1980;
/** Making room for long texts costs more than deflating short ones. Any inflater reads what a smaller window wrote. */
const deflating = { level: 3, windowBits: 13, memLevel: 5 } as const;

/** A payload as it lies in the file. */
export function packed(payload: string): string | Uint8Array {
  return payload.length <= plainChars ? payload : deflateRawSync(payload, deflating);
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
