import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { entryRule, imagesHolding, imagesInScope } from '@tidewaiter/features/matches';
import {
  enqueueNotification,
  NotificationChannels,
  type VulnerabilityChange,
} from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';
import { changesToTell, type ChangeToTell } from './changes-to-tell';

/** Vulnerabilities a message lists; it says how many more there are. */
const maxListed = 100;
const maxPackages = 20;
const maxImages = 20;
const timeoutMs = 300_000;

/**
 * Tells what a feed's run changed for images that are here, once per run and channel. Made from the transitions, which are
 * kept, so a crash after the judging and before the telling loses nothing. A run that concerns nobody is looked at once.
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
    let told = 0;
    for (const run of [...(await this.feedRuns()), ...(await this.withdrawals())])
      told += await this.database.$transaction((tx) => this.tellRun(tx, run), { timeout: timeoutMs });
    return told;
  }

  private async feedRuns(): Promise<readonly Run[]> {
    const runs = await this.database.$queryRaw<{ source: string; run: number }[]>`
      SELECT r.source, r.run
        FROM (SELECT DISTINCT t.cause->>'source' AS source, (t.cause->>'run')::int AS run
                FROM transition t
               WHERE t.cause->>'kind' = 'feed' AND t.at > now() - interval '1 day') r
        JOIN feed f ON f.id = r.source AND f.run >= r.run
       WHERE NOT EXISTS (SELECT FROM quiet_run q WHERE q.subject = 'rematch ' || r.source || ' run ' || r.run)
         AND NOT EXISTS (SELECT FROM dirty_key d WHERE d.cause->>'source' = r.source AND (d.cause->>'run')::int = r.run)
       ORDER BY r.source, r.run`;
    return runs.map(({ source, run }) => ({
      subject: `rematch ${source} run ${String(run)}`,
      feed: source,
      changes: Prisma.sql`t.cause->>'kind' = 'feed' AND t.cause->>'source' = ${source} AND (t.cause->>'run')::int = ${run}`,
    }));
  }

  /** What somebody vouched for and nobody does any more, once all its images are counted. */
  private async withdrawals(): Promise<readonly Run[]> {
    const times = await this.database.$queryRaw<{ at: string }[]>`
      SELECT r.at
        FROM (SELECT DISTINCT t.cause->>'at' AS at FROM transition t
               WHERE t.kind = 'suppression-withdrawn' AND t.at > now() - interval '1 day') r
       WHERE NOT EXISTS (SELECT FROM quiet_run q WHERE q.subject = 'suppressions withdrawn ' || r.at)
         AND NOT EXISTS (SELECT FROM unvouched_image u WHERE u.since <= r.at::timestamptz)
       ORDER BY r.at`;
    return times.map(({ at }) => ({
      subject: `suppressions withdrawn ${at}`,
      changes: Prisma.sql`t.kind = 'suppression-withdrawn' AND t.cause->>'kind' = 'vex' AND t.cause->>'at' = ${at}`,
    }));
  }

  private async tellRun(tx: Transaction, { subject, feed, changes: ofRun }: Run): Promise<number> {
    const already = await tx.notification.count({ where: { subject, channel: { in: [...this.channels.ids] } } });
    if (already === this.channels.ids.length) return 0;
    const changes = await changesToTell(tx, ofRun);
    if (changes.length === 0) {
      // An image that has it later tells of it itself, and so does who no longer vouches for it.
      if (already === 0) await keepQuiet(tx, subject);
      return 0;
    }
    const vulnerabilities: VulnerabilityChange[] = [];
    for (const change of changes.slice(0, maxListed)) vulnerabilities.push(await described(tx, change));
    const omitted = changes.length - vulnerabilities.length;
    const payload = { kind: 'rematch' as const, ...(feed !== undefined && { feed }), vulnerabilities, omitted };
    let told = 0;
    for (const channel of this.channels.ids) {
      if (await enqueueNotification(tx, { channel, subject, payload, dueAt: new Date() })) told += 1;
    }
    return told;
  }
}

/** Runs are looked at for a day. */
async function keepQuiet(tx: Transaction, subject: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM quiet_run WHERE at < now() - interval '2 days'`;
  await tx.$executeRaw`INSERT INTO quiet_run (subject) VALUES (${subject}) ON CONFLICT DO NOTHING`;
}

interface Run {
  readonly subject: string;
  readonly feed?: string;
  /** True of its transitions `t`. */
  readonly changes: Prisma.Sql;
}

async function described(tx: Transaction, row: ChangeToTell): Promise<VulnerabilityChange> {
  const { vulnerability, change, severity, previousSeverity, summary, packageIds } = row;
  const everywhere = await imagesInScope(tx, await imagesHolding(tx, row.concernedEverywhere));
  const imageIds = [...new Set([...row.imageIds, ...everywhere])];
  const packages = await tx.$queryRaw<{ name: string; version: string; fixedIn: string | null }[]>`
    SELECT p.name, p.version, m.fixed_in AS "fixedIn"
      FROM package p
      LEFT JOIN match m ON m.package_id = p.id AND m.vulnerability_id = ${row.id} AND m.closed_at IS NULL
     WHERE p.id = ANY(${[...packageIds]}::int[])
     ORDER BY p.name, p.version, p.id LIMIT ${maxPackages}`;
  const score = await scoreBehind(tx, row);
  return {
    vulnerability,
    change,
    severity,
    ...(previousSeverity === null || previousSeverity === severity ? {} : { previousSeverity }),
    ...(score === undefined ? {} : { score }),
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

/** The severity's own: what others score the vulnerability at says nothing of these packages, and would contradict it. */
async function scoreBehind(tx: Transaction, { id, severity, packageIds }: ChangeToTell): Promise<number | undefined> {
  const { _max: highest } = await tx.match.aggregate({
    where: { vulnerabilityId: id, packageId: { in: [...packageIds] }, severity, closedAt: null },
    _max: { score: true },
  });
  return highest.score ?? undefined;
}

/** As people call them: `shop/web:1.0`, or by digest where no tag leads there. */
async function imageNames(tx: Transaction, imageIds: readonly number[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT DISTINCT r.name || coalesce(':' || t.name, '@' || m.digest) AS name
      FROM manifest_image mi
      JOIN manifest m ON m.id = mi.manifest_id AND m.deleted_at IS NULL
      JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id AND g.removed_at IS NULL
      LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
     WHERE mi.image_id = ANY(${[...imageIds]}::int[]) AND coalesce(${entryRule}, mi.excluded_by) IS NULL
     ORDER BY 1 LIMIT ${maxImages}`;
  return rows.map((row) => row.name);
}
