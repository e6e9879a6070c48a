import { ecosystemBase } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { isRelease, negligible, type FeedProblem } from '@tidewaiter/feeds';
import { keepNotedRecords, noteRecords } from './advisory-revisions';
import { lockForRun, markDirty, type ChangedAdvisory, type KeptEntries } from './advisory-rows';
import { lostEcosystem } from './lost-ecosystems';
import type { SourceReading } from './source-reading';
import type { FeedCause, StoredFrozen } from './stored-columns.schema';

const settleTimeoutMs = 600_000;

/** What becomes of the releases that a source said nothing of this time. */
export interface EndedReleases {
  /** Those that are frozen, with since when. */
  readonly frozen: StoredFrozen;
  /** Ids of records that are missing and stay, as they speak of these. */
  readonly staying: readonly string[];
  /** Why all of it is refused: nothing is left of a whole ecosystem. */
  readonly lost?: FeedProblem | undefined;
}

interface Task {
  readonly cause: FeedCause;
  readonly isPartial: boolean;
  /** The operator believes whatever is gone to be gone. */
  readonly isAllBelieved: boolean;
}

/**
 * A publisher drops a release that is over from one day to the next, and everything known of it with it. What was known stays: entries
 * of a release of which nothing was read yet are left where they are while records are replaced, and at the end, when it is known of
 * which releases there is still word, either stay for good or go. So a run pays for what ended and for nothing else. Entries of an ecosystem
 * as a whole wait in the same way, since one of which nothing is left is no ecosystem that ended.
 */
export class ReleaseFreeze {
  /** That it spoke of, or that are frozen. */
  private readonly releases: readonly string[];
  private readonly ecosystems: readonly string[];
  private readonly kept = new Map<string, KeptEntries & Pick<ChangedAdvisory, 'contentHash' | 'stamp'>>();
  private startedAt = new Date(0);

  constructor(
    private readonly database: Database,
    private readonly before: { readonly ecosystems: readonly string[]; readonly frozen: StoredFrozen },
    private readonly task: Task,
  ) {
    this.releases = [...new Set([...before.ecosystems.filter(isRelease), ...Object.keys(before.frozen)])];
    this.ecosystems = [...new Set([...before.ecosystems, ...this.releases])];
  }

  /** By the clock of the database, before anything is written. */
  async start(): Promise<void> {
    if (this.ecosystems.length === 0) return;
    const [row] = await this.database.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp()::timestamptz(3) AS now`;
    if (row !== undefined) this.startedAt = row.now;
  }

  /** Ecosystems and releases whose entries are not to be replaced yet. */
  unseen(reading: SourceReading): readonly string[] {
    return this.task.isAllBelieved ? [] : reading.unseenOf(this.ecosystems);
  }

  keep(entries: readonly KeptEntries[], changed: readonly ChangedAdvisory[]): void {
    const byId = new Map(changed.map((row) => [row.advisory.id, row]));
    for (const entry of entries) {
      const { contentHash = '', stamp = null } = byId.get(entry.nativeId) ?? {};
      this.kept.set(entry.nativeId, { ...entry, contentHash, stamp });
    }
  }

  /**
   * When all is read. Where not all of it was, nothing is known to have ended, and what is frozen stays so. `silenced`: ids of records that
   * wait, as they say nothing any more.
   */
  async ended(reading: SourceReading, silenced: readonly string[]): Promise<EndedReleases> {
    const { cause, isPartial, isAllBelieved } = this.task;
    const { ecosystems, frozen } = this.before;
    if (reading.isFatal || this.ecosystems.length === 0) return { frozen, staying: [] };
    const missing = isPartial ? [] : reading.missing();
    if (isAllBelieved) return { frozen: isPartial ? frozen : {}, staying: [] };
    // That is no release that ended, and is refused.
    const gone = [...missing, ...silenced];
    const unsaid = [...this.kept.values()];
    const bases = new Set(ecosystems.map(ecosystemBase));
    const others = [...reading.spokenOf].filter((ecosystem) => bases.has(ecosystemBase(ecosystem)));
    const known = [...new Set([...ecosystems, ...others])];
    const lost = await lostEcosystem(this.database, { sourceId: cause.source, gone, unsaid, ecosystems: known });
    if (lost !== undefined) return { frozen, staying: [], lost };
    const now: Record<string, string> = {};
    const touched = await this.releasesLosing(gone);
    for (const release of reading.unseenOf(this.releases)) {
      const since = frozen[release] ?? (touched.has(release) ? await this.endOf(release, gone) : undefined);
      if (since !== undefined) now[release] = since;
    }
    return { frozen: now, staying: await this.recordsOf(Object.keys(now), missing) };
  }

  /** Takes back what was kept of releases that are still told of, and what was frozen of those that are told of again. */
  async settle({ frozen, staying }: EndedReleases): Promise<void> {
    const stay = Object.keys(frozen);
    const thawed = Object.keys(this.before.frozen).filter((release) => frozen[release] === undefined);
    const kept = [...this.kept.values()];
    if (kept.length === 0 && thawed.length === 0 && staying.length === 0) return;
    await this.database.$transaction(
      async (tx) => {
        const at = await lockForRun(tx, this.task.cause);
        // With the entries, for without it they would look like any others if this run came no further.
        await tx.feedState.update({ where: { id: this.task.cause.source }, data: { frozen } });
        const ids = await tx.$queryRaw<{ id: number }[]>`
          SELECT DISTINCT a.id FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
           WHERE a.source_id = ${this.task.cause.source} AND a.removed_at IS NULL AND (
             (f.ecosystem = ANY(${thawed}::text[]) AND a.known_from < ${this.startedAt})
             OR (a.native_id = ANY(${[...staying]}::text[]) AND NOT f.ecosystem = ANY(${stay}::text[])))`;
        await this.drop(tx, { at, staying, thawed: ids.map(({ id }) => id), stay });
        await tx.$executeRaw`
          UPDATE advisory a SET content_hash = decode(k.hash, 'hex'), stamp = k.stamp
            FROM unnest(${kept.map(({ id }) => id)}::int[], ${kept.map(({ contentHash }) => contentHash)}::text[],
                 ${kept.map(({ stamp }) => stamp)}::text[]) AS k(id, hash, stamp)
           WHERE a.id = k.id`;
        // When one is there again it is read and written, also in the bytes it had: its release is told of then, and so is all it spoke of.
        await tx.$executeRaw`
          UPDATE advisory SET content_hash = '', stamp = NULL
           WHERE source_id = ${this.task.cause.source} AND removed_at IS NULL AND content_hash <> ''
             AND native_id = ANY(${[...staying]}::text[])`;
      },
      { timeout: settleTimeoutMs },
    );
  }

  private async drop(
    tx: Transaction,
    rows: {
      readonly at: Date;
      readonly staying: readonly string[];
      readonly thawed: readonly number[];
      readonly stay: readonly string[];
    },
  ): Promise<void> {
    const { at, stay } = rows;
    const kept = [...this.kept.values()].flatMap(({ id, ecosystems }) =>
      ecosystems.filter((ecosystem) => !stay.includes(ecosystem)).map((ecosystem) => ({ id, ecosystem })),
    );
    const thawed = Object.keys(this.before.frozen).filter((release) => !stay.includes(release));
    const ids = [...new Set([...kept.map(({ id }) => id), ...rows.thawed])];
    if (ids.length === 0) return;
    await noteRecords(tx, ids);
    await markDirty(tx, ids, this.task.cause);
    await tx.$executeRaw`
      DELETE FROM advisory_affected f USING advisory a
       WHERE a.id = f.advisory_id AND a.id = ANY(${ids}::int[]) AND (
         (f.advisory_id, f.ecosystem) IN (
           SELECT * FROM unnest(${kept.map(({ id }) => id)}::int[], ${kept.map(({ ecosystem }) => ecosystem)}::text[]))
         OR (a.id = ANY(${[...rows.thawed]}::int[]) AND (
           f.ecosystem = ANY(${thawed}::text[])
           OR (a.native_id = ANY(${[...rows.staying]}::text[]) AND NOT f.ecosystem = ANY(${[...stay]}::text[])))))`;
    await tx.$executeRaw`UPDATE advisory SET known_from = ${at} WHERE id = ANY(${ids}::int[])`;
    await keepNotedRecords(tx, ids, at);
  }

  /** Releases that lose something by this run; the others need not be looked at. */
  private async releasesLosing(gone: readonly string[]): Promise<ReadonlySet<string>> {
    const losing = new Set([...this.kept.values()].flatMap(({ ecosystems }) => ecosystems));
    if (gone.length === 0) return losing;
    const rows = await this.database.$queryRaw<{ ecosystem: string }[]>`
      SELECT DISTINCT f.ecosystem FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
       WHERE a.source_id = ${this.task.cause.source} AND a.removed_at IS NULL AND a.native_id = ANY(${[...gone]}::text[])`;
    for (const { ecosystem } of rows) losing.add(ecosystem);
    return losing;
  }

  /** Since when it is over, which is the same of all that end together; undefined where other records still speak of it, or where few did: that is what was taken back. */
  private async endOf(release: string, gone: readonly string[]): Promise<string | undefined> {
    const { source } = this.task.cause;
    const kept = [...this.kept.values()].filter(({ ecosystems }) => ecosystems.includes(release));
    const ids = [...gone, ...kept.map(({ nativeId }) => nativeId)];
    const others = await this.database.$queryRaw<unknown[]>`
      SELECT 1 FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
       WHERE f.ecosystem = ${release} AND a.source_id = ${source} AND a.removed_at IS NULL
         AND NOT EXISTS (SELECT FROM unnest(${ids}::text[]) g(id) WHERE g.id = a.native_id)
       LIMIT 1`;
    if (others.length > 0) return undefined;
    const [row] = await this.database.$queryRaw<{ packages: number }[]>`
      SELECT count(DISTINCT (a.id, f.name))::int AS packages
        FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
       WHERE f.ecosystem = ${release} AND a.source_id = ${source} AND a.removed_at IS NULL`;
    return row === undefined || row.packages <= negligible ? undefined : this.startedAt.toISOString();
  }

  private async recordsOf(releases: readonly string[], missing: readonly string[]): Promise<readonly string[]> {
    if (releases.length === 0 || missing.length === 0) return [];
    const rows = await this.database.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT a.native_id AS id FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
       WHERE a.source_id = ${this.task.cause.source} AND a.removed_at IS NULL
         AND a.native_id = ANY(${[...missing]}::text[]) AND f.ecosystem = ANY(${[...releases]}::text[])`;
    return rows.map(({ id }) => id);
  }
}
