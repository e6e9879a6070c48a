import { Inject, Injectable } from '@nestjs/common';
import type { Severity } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { imagesHolding } from '@tidewaiter/features/matches';
import {
  enqueueNotification,
  NotificationChannels,
  type VulnerabilityChange,
} from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';

/** Vulnerabilities a message lists; it says how many more there are. */
const maxListed = 100;

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
      SELECT DISTINCT t.cause->>'source' AS source, (t.cause->>'run')::int AS run
        FROM transition t JOIN feed f ON f.id = t.cause->>'source' AND f.run = (t.cause->>'run')::int
       WHERE t.cause->>'kind' = 'feed' AND t.at > now() - interval '1 day'
         AND NOT EXISTS (SELECT FROM dirty_key d WHERE d.cause->>'source' = f.id AND (d.cause->>'run')::int = f.run)`;
    let told = 0;
    for (const run of runs) told += await this.database.$transaction((tx) => this.tellRun(tx, run));
    return told;
  }

  private async tellRun(tx: Transaction, { source, run }: { source: string; run: number }): Promise<number> {
    const subject = `rematch ${source} run ${String(run)}`;
    const already = await tx.notification.count({ where: { subject, channel: { in: [...this.channels.ids] } } });
    if (already === this.channels.ids.length) return 0;
    const changes = await changesOf(tx, source, run);
    if (changes.length === 0) return 0;
    const payload = {
      kind: 'rematch' as const,
      feed: source,
      vulnerabilities: changes.slice(0, maxListed),
      omitted: Math.max(0, changes.length - maxListed),
    };
    let told = 0;
    for (const channel of this.channels.ids) {
      if (await enqueueNotification(tx, { channel, subject, payload, dueAt: new Date() })) told += 1;
    }
    return told;
  }
}

interface ChangeRow {
  readonly vulnerability: string;
  readonly change: VulnerabilityChange['change'];
  readonly severity: Severity;
  readonly previousSeverity: Severity | null;
  readonly score: number | null;
  readonly summary: string | null;
  readonly packages: { id: number; name: string; version: string; fixedIn: string | null }[];
}

/** Changes of a run by vulnerability, the worst first; only those that concern an image here. */
async function changesOf(tx: Transaction, source: string, run: number): Promise<readonly VulnerabilityChange[]> {
  const rows = await tx.$queryRaw<ChangeRow[]>`
    SELECT v.name AS vulnerability, t.kind AS change, t.detail->>'severity' AS severity,
           min(t.detail->'before'->>'severity') AS "previousSeverity", v.score, v.summary,
           jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'version', p.version, 'fixedIn', t.detail->>'fixedIn')
                     ORDER BY p.name, p.version) AS packages
      FROM transition t
      JOIN vulnerability v ON v.id = t.vulnerability_id
      JOIN package p ON p.id = t.package_id
     WHERE t.cause->>'kind' = 'feed' AND t.cause->>'source' = ${source} AND (t.cause->>'run')::int = ${run}
     GROUP BY v.id, t.kind, t.detail->>'severity'
     ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low', 'negligible', 'unknown'], t.detail->>'severity'), v.name`;
  const changes: VulnerabilityChange[] = [];
  for (const row of rows) {
    const change = await withImages(tx, row);
    if (change.imageCount > 0) changes.push(change);
  }
  return changes;
}

async function withImages(tx: Transaction, row: ChangeRow): Promise<VulnerabilityChange> {
  const imageIds = await imagesHolding(
    tx,
    row.packages.map((pkg) => pkg.id),
  );
  const { vulnerability, change, severity, previousSeverity, score, summary } = row;
  return {
    vulnerability,
    change,
    severity,
    ...(previousSeverity === null || previousSeverity === severity ? {} : { previousSeverity }),
    ...(score === null ? {} : { score }),
    ...(summary === null ? {} : { summary }),
    packages: row.packages
      .slice(0, 20)
      .map(({ name, version, fixedIn }) => ({ name, version, ...(fixedIn === null ? {} : { fixedIn }) })),
    packageCount: row.packages.length,
    images: await imageNames(tx, imageIds.slice(0, 200)),
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
     ORDER BY 1 LIMIT 20`;
  return rows.map((row) => row.name);
}
