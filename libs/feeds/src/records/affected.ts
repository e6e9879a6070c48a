import type { AdvisoryKey, AffectedPackage, RangeEvent, SeverityVector, VendorStatus } from '@tidewaiter/contracts';

/** What feeds of distributions say beside versions. */
export type VendorFacts = Partial<Pick<AffectedPackage, 'status' | 'architectures' | 'module'>> & {
  readonly severities?: readonly SeverityVector[];
};

/** Affected below a version and no longer from it on. */
export function fixedAt(key: AdvisoryKey, version: string, facts: VendorFacts = {}): AffectedPackage {
  return affectedBetween(key, [{ introduced: '0' }, { fixed: version }], facts);
}

/** Every version, with what the vendor says of them; affected without a fix where it says nothing. */
export function everyVersion(
  key: AdvisoryKey,
  status: VendorStatus | undefined,
  facts: VendorFacts = {},
): AffectedPackage {
  return affectedBetween(key, [{ introduced: '0' }], { ...facts, ...(status !== undefined && { status }) });
}

export function affectedBetween(
  { ecosystem, name }: AdvisoryKey,
  events: readonly RangeEvent[],
  { severities = [], ...facts }: VendorFacts = {},
): AffectedPackage {
  const ranges = [{ type: 'ECOSYSTEM' as const, events: [...events] }];
  return { ecosystem, name, ranges, versions: [], severities: [...severities], ...facts };
}
