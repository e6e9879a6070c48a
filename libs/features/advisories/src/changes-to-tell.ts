import type { Severity } from '@tidewaiter/contracts';
import { Prisma, type Transaction } from '@tidewaiter/db';
import { lateNames, packagesInImages, unvouched, vouchedForAnywhere } from '@tidewaiter/features/matches';
import type { VulnerabilityChange } from '@tidewaiter/features/notifications';
import { withoutRenamed, type RenamableChange } from './renamed-vulnerabilities';

/** What changed of a vulnerability, in packages and images that it concerns. */
export interface ChangeToTell {
  readonly id: number;
  readonly vulnerability: string;
  readonly change: VulnerabilityChange['change'];
  readonly severity: Severity;
  /** Null where it was another one in each package, or is told of no change. */
  readonly previousSeverity: Severity | null;
  readonly summary: string | null;
  readonly packageIds: readonly number[];
  /** Those of the packages that it concerns in whichever image holds them. */
  readonly concernedEverywhere: readonly number[];
  /** Images that the others concern. */
  readonly imageIds: readonly number[];
}

/** Packages in which the same became of a vulnerability. */
interface ChangeRow extends RenamableChange {
  readonly id: number;
  readonly change: VulnerabilityChange['change'];
  readonly severity: Severity;
  readonly previousSeverity: Severity | null;
  readonly summary: string | null;
  readonly isRetired: boolean;
}

/** Kinds that are kept and make no alert: what they say makes nothing worse. */
const untold: readonly string[] = ['suppressed', 'known-exploited-withdrawn', 'epss-fell'];

/** True of a transition `t` of a score that goes up and down around the line: the first time is told while the match is open. */
const wasToldBefore = Prisma.sql`
  (t.kind = 'epss-crossed' AND EXISTS (
    SELECT FROM transition e
      JOIN match m ON m.package_id = e.package_id AND m.vulnerability_id = e.vulnerability_id AND m.closed_at IS NULL
     WHERE e.package_id = t.package_id AND e.vulnerability_id = t.vulnerability_id AND e.kind = 'epss-crossed'
       AND e.at >= m.opened_at AND (e.at, e.id) < (t.at, t.id)))`;

/**
 * Changes of a run by vulnerability, the worst first; only those that concern an image here that no rule leaves out, and their
 * packages there. What somebody vouches for in every image concerns none, and one that only has another id now nobody.
 */
export async function changesToTell(tx: Transaction, ofRun: Prisma.Sql): Promise<readonly ChangeToTell[]> {
  // That nobody tells of it any more is no good news.
  const tellable = withoutRenamed(await changesOf(tx, ofRun)).filter(
    ({ change, isRetired }) => change !== 'closed' || !isRetired,
  );
  const packageIds = [...new Set(tellable.flatMap((row) => row.packageIds))];
  const held = await packagesInImages(tx, packageIds);
  const concerning = tellable
    .map((row) => ({ ...row, packageIds: row.packageIds.filter((id) => held.has(id)) }))
    .filter((row) => row.packageIds.length > 0);
  const vouchedFor = await vouchedForAnywhere(tx, { vulnerabilityIds: concerning.map(({ id }) => id), packageIds });
  const told = new Map<string, ChangeToTell>();
  for (const row of concerning) {
    const isEverywhere = !vouchedFor.has(row.id) && row.onlyIn === null && row.vouchedIn.length === 0;
    const { id: vulnerabilityId, onlyIn, vouchedIn: notIn } = row;
    const found = isEverywhere
      ? { packageIds: row.packageIds, imageIds: [] }
      : await unvouched(tx, { vulnerabilityId, packageIds: row.packageIds, onlyIn, notIn });
    if (found.packageIds.length > 0) add(told, row, { ...found, isEverywhere });
  }
  return [...told.values()];
}

/** Told in one, whatever it was before in each package. */
function add(
  told: Map<string, ChangeToTell>,
  { id, vulnerability, change, severity, previousSeverity, summary }: ChangeRow,
  found: {
    readonly packageIds: readonly number[];
    readonly imageIds: readonly number[];
    readonly isEverywhere: boolean;
  },
): void {
  const key = [id, change, severity].join(' ');
  const known = told.get(key);
  told.set(key, {
    ...{ id, vulnerability, change, severity, summary },
    previousSeverity: known === undefined || known.previousSeverity === previousSeverity ? previousSeverity : null,
    packageIds: [...new Set([...(known?.packageIds ?? []), ...found.packageIds])],
    concernedEverywhere: [...(known?.concernedEverywhere ?? []), ...(found.isEverywhere ? found.packageIds : [])],
    imageIds: [...new Set([...(known?.imageIds ?? []), ...found.imageIds])],
  });
}

function changesOf(tx: Transaction, ofRun: Prisma.Sql): Promise<readonly ChangeRow[]> {
  return tx.$queryRaw<ChangeRow[]>`
    SELECT v.id, v.name AS vulnerability, CASE r.change WHEN 'closed' THEN ${lateNames} ELSE v.aliases END AS aliases, v.summary, r.*
      FROM (SELECT t.vulnerability_id, t.kind AS change, t.detail->>'severity' AS severity,
                   t.detail->'before'->>'severity' AS "previousSeverity",
                   coalesce(t.detail->>'state', t.detail->'before'->>'state') AS state,
                   coalesce(t.detail->>'fixedIn', t.detail->'before'->>'fixedIn') IS NOT NULL AS "hasFix",
                   coalesce((t.detail->>'exploited')::boolean, false) AS "isExploited",
                   coalesce((t.detail->>'likely')::boolean, false) AS "isLikely", t.cause ? 'retired' AS "isRetired",
                   t.detail->'images' AS "onlyIn", coalesce(t.detail->'vouchedIn', '[]') AS "vouchedIn",
                   array_agg(DISTINCT t.package_id) AS "packageIds"
              FROM transition t
             WHERE t.at > now() - interval '1 day' AND t.kind <> ALL(${[...untold]}::text[]) AND NOT ${wasToldBefore} AND ${ofRun}
             GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) r
      JOIN vulnerability v ON v.id = r.vulnerability_id
     ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low', 'negligible', 'unknown'], r.severity), v.name`;
}
