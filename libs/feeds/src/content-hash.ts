import { hash } from 'node:crypto';
import type { Advisory, AffectedPackage, RangeEvent, SeverityVector } from '@tidewaiter/contracts';

/**
 * SHA-256, in hex, of everything in an advisory that can change an answer. `modified` is left out: exporters touch it
 * without changing anything, and change records without touching it. The order of object keys does not matter.
 */
export function contentHash(advisory: Advisory): string {
  return hash(
    'sha256',
    JSON.stringify([
      advisory.feed,
      advisory.id,
      advisory.published ?? null,
      advisory.withdrawn ?? null,
      advisory.summary ?? null,
      advisory.aliases,
      advisory.upstream,
      advisory.severities.map(severityFields),
      advisory.affected.map(affectedFields),
      advisory.references,
    ]),
  );
}

function affectedFields(affected: AffectedPackage): readonly unknown[] {
  return [
    affected.ecosystem,
    affected.name,
    affected.ranges.map(({ type, events }) => [type, events.map(eventFields)]),
    affected.versions,
    affected.severities.map(severityFields),
    ...vendorFields(affected),
  ];
}

/** Only where they are stated, so that the hash of all other records stays what it was. */
function vendorFields({ status, architectures = [], module }: AffectedPackage): readonly unknown[] {
  const isStated = status !== undefined || architectures.length > 0 || module !== undefined;
  return isStated ? [status ?? null, architectures, module ?? null] : [];
}

function eventFields(event: RangeEvent): readonly string[] {
  if ('introduced' in event) return ['i', event.introduced];
  if ('fixed' in event) return ['f', event.fixed];
  if ('lastAffected' in event) return ['a', event.lastAffected];
  return ['l', event.limit];
}

function severityFields({ source, kind, value }: SeverityVector): readonly string[] {
  return [source, kind, value];
}
