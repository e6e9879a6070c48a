import { jsonbText, type Transaction } from '@tidewaiter/db';

/** A finding of one image that came to be suppressed, or no longer is. */
export interface SuppressionChange {
  readonly imageId: number;
  readonly matchId: bigint;
  readonly isWithdrawn: boolean;
}

/** One transition for a finding however many images it changed in; a match that is closed meanwhile is told of as closed. */
export async function recordSuppressions(
  tx: Transaction,
  changes: readonly SuppressionChange[],
  cause: { readonly kind: 'vex'; readonly at: string },
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ imageId, matchId, isWithdrawn }) => ({
    imageId,
    matchId: matchId.toString(),
    kind: isWithdrawn ? 'suppression-withdrawn' : 'suppressed',
  }));
  await tx.$executeRaw`
    INSERT INTO transition (at, kind, package_id, vulnerability_id, cause, detail)
    SELECT clock_timestamp(), r.kind, m.package_id, m.vulnerability_id, ${JSON.stringify(cause)}::jsonb,
           jsonb_build_object('severity', m.severity, 'fixedIn', m.fixed_in, 'images', jsonb_agg(r."imageId" ORDER BY r."imageId"))
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r("imageId" int, "matchId" bigint, kind text)
      JOIN match m ON m.id = r."matchId" AND m.closed_at IS NULL
     GROUP BY r.kind, m.id`;
}

/** Those of the vulnerabilities that have a suppressed finding, in whichever image. */
export async function vouchedForAnywhere(
  tx: Transaction,
  {
    vulnerabilityIds,
    packageIds,
  }: { readonly vulnerabilityIds: readonly number[]; readonly packageIds: readonly number[] },
): Promise<ReadonlySet<number>> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT m.vulnerability_id AS id
      FROM match m
     WHERE m.package_id = ANY(${[...packageIds]}::int[]) AND m.vulnerability_id = ANY(${[...vulnerabilityIds]}::int[])
       AND m.closed_at IS NULL AND EXISTS (SELECT FROM image_suppression s WHERE s.match_ids @> ARRAY[m.id])`;
  return new Set(rows.map(({ id }) => id));
}
