import { Inject, Injectable } from '@nestjs/common';
import type { Severity } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { imagesHolding, packagesInImages } from '@tidewaiter/features/matches';
import {
  enqueueNotification,
  NotificationChannels,
  type VulnerabilityChange,
} from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';

/** Vulnerabilities a message lists; it says how many more there are. */
const maxListed = 100;
const maxPackages = 20;
const maxImages = 20;
const timeoutMs = 300_000;

/**
 * Tells what a feed's run changed for images that are here, once per run and channel. Made from the transitions, which are
 * kept, so a crash after the judging and before the telling loses nothing.
 */
@Injectable()
export class TellRematch {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly channels: NotificationChannels,
  ) {}

  /** Tells of every run that is judged completely and was not told of. Returns the number of new messages. */
  async tellFinished(): Promise<number> {
    if (this.channels.ids.length === 0) return 0;
    const runs = await this.database.$queryRaw<{ source: string; run: number }[]>`
      SELECT r.source, r.run
        FROM (SELECT DISTINCT t.cause->>'source' AS source, (t.cause->>'run')::int AS run
                FROM transition t
               WHERE t.cause->>'kind' = 'feed' AND t.at > now() - interval '1 day') r
        JOIN feed f ON f.id = r.source AND f.run >= r.run
       WHERE NOT EXISTS (SELECT FROM dirty_key d WHERE d.cause->>'source' = r.source AND (d.cause->>'run')::int = r.run)
       ORDER BY r.source, r.run`;
    let told = 0;
    for (const run of runs)
      told += await this.database.$transaction((tx) => this.tellRun(tx, run), { timeout: timeoutMs });
    return told;
  }

  private async tellRun(tx: Transaction, { source, run }: { source: string; run: number }): Promise<number> {
    const subject = `rematch ${source} run ${String(run)}`;
    const already = await tx.notification.count({ where: { subject, channel: { in: [...this.channels.ids] } } });
    if (already === this.channels.ids.length) return 0;
    const changes = await changesOf(tx, source, run);
    if (changes.length === 0) return 0;
    const vulnerabilities: VulnerabilityChange[] = [];
    for (const change of changes.slice(0, maxListed)) vulnerabilities.push(await described(tx, change));
    const omitted = changes.length - vulnerabilities.length;
    const payload = { kind: 'rematch' as const, feed: source, vulnerabilities, omitted };
    let told = 0;
    for (const channel of this.channels.ids) {
      if (await enqueueNotification(tx, { channel, subject, payload, dueAt: new Date() })) told += 1;
    }
    return told;
  }
}

interface ChangeRow {
  readonly id: number;
  readonly vulnerability: string;
  readonly change: VulnerabilityChange['change'];
  readonly severity: Severity;
  readonly previousSeverity: Severity | null;
  readonly score: number | null;
  readonly summary: string | null;
  readonly packageIds: readonly number[];
}

/** Changes of a run by vulnerability, the worst first; only those that concern an image here, and their packages there. */
async function changesOf(tx: Transaction, source: string, run: number): Promise<readonly ChangeRow[]> {
  const rows = await tx.$queryRaw<ChangeRow[]>`
    SELECT v.id, v.name AS vulnerability, t.kind AS change, t.detail->>'severity' AS severity,
           min(t.detail->'before'->>'severity') AS "previousSeverity", v.score, v.summary,
           array_agg(DISTINCT t.package_id) AS "packageIds"
      FROM transition t
      JOIN vulnerability v ON v.id = t.vulnerability_id
     WHERE t.at > now() - interval '1 day'
       AND t.cause->>'kind' = 'feed' AND t.cause->>'source' = ${source} AND (t.cause->>'run')::int = ${run}
     GROUP BY v.id, t.kind, t.detail->>'severity'
     ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low', 'negligible', 'unknown'], t.detail->>'severity'), v.name`;
  const held = await packagesInImages(tx, [...new Set(rows.flatMap((row) => row.packageIds))]);
  return rows
    .map((row) => ({ ...row, packageIds: row.packageIds.filter((id) => held.has(id)) }))
    .filter((row) => row.packageIds.length > 0);
}

async function described(tx: Transaction, row: ChangeRow): Promise<VulnerabilityChange> {
  const { vulnerability, change, severity, previousSeverity, score, summary, packageIds } = row;
  const imageIds = await imagesHolding(tx, packageIds);
  const packages = await tx.$queryRaw<{ name: string; version: string; fixedIn: string | null }[]>`
    SELECT p.name, p.version, m.fixed_in AS "fixedIn"
      FROM package p
      LEFT JOIN match m ON m.package_id = p.id AND m.vulnerability_id = ${row.id} AND m.closed_at IS NULL
     WHERE p.id = ANY(${[...packageIds]}::int[])
     ORDER BY p.name, p.version, p.id LIMIT ${maxPackages}`;
  return {
    vulnerability,
    change,
    severity,
    ...(previousSeverity === null || previousSeverity === severity ? {} : { previousSeverity }),
    ...(score === null ? {} : { score }),
    ...(summary === null ? {} : { summary }),
    packages: packages.map(({ name, version, fixedIn }) => ({
      name,
      version,
      ...(fixedIn === null ? {} : { fixedIn }),
    })),
    packageCount: packageIds.length,
    images: await imageNames(tx, imageIds),
    imageCount: imageIds.length,
  };
}

/** As people call them: `shop/web:1.0`, or by digest where no tag leads there. */
async function imageNames(tx: Transaction, imageIds: readonly number[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT DISTINCT r.name || coalesce(':' || t.name, '@' || m.digest) AS name
      FROM manifest_image mi
      JOIN manifest m ON m.id = mi.manifest_id AND m.deleted_at IS NULL
      JOIN repository r ON r.id = m.repository_id
      LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
     WHERE mi.image_id = ANY(${[...imageIds]}::int[])
     ORDER BY 1 LIMIT ${maxImages}`;
  return rows.map((row) => row.name);
}
