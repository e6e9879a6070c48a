import type { Database } from '@tidewaiter/db';
import {
  isRelease,
  isSilenced,
  isSilenceSuspect,
  hasShrunk,
  silencedProblem,
  spokenBases,
  type FeedProblem,
} from '@tidewaiter/feeds';
import type { ChangedAdvisory, StoredRecord } from './advisory-rows';

interface Guard {
  readonly sourceId: string;
  readonly stored: ReadonlyMap<string, StoredRecord>;
  readonly maxShrinkPercent: number;
  /** Only what changed is read: nothing is known of the share then. */
  readonly isPartial: boolean;
}

interface Silenced {
  /** Undefined when it is sure to be refused: it need not be kept. */
  readonly row: ChangedAdvisory | undefined;
  /** Of which it spoke. */
  readonly ecosystems: readonly string[];
}

/**
 * Records that are there and say nothing any more of what they spoke of. They wait until all is read: only then it is known whether they
 * are what a publisher takes back, or the whole feed has another shape and nothing of it is to be believed.
 */
export class SilencedRecords {
  private readonly held = new Map<string, Silenced>();
  /** What they were or are now is no release that may have ended. */
  private certain = 0;
  private isRefusalCertain = false;

  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
  ) {}

  get ids(): readonly string[] {
    return [...this.held.keys()];
  }

  /** Of these, what can be written at once. */
  async holdBack(rows: readonly ChangedAdvisory[]): Promise<readonly ChangedAdvisory[]> {
    const { stored, isPartial, maxShrinkPercent } = this.guard;
    if (isPartial || maxShrinkPercent >= 100) return rows;
    const known = rows.filter(({ advisory }) => stored.has(advisory.id));
    if (known.length === 0) return rows;
    const spoken = await this.spokenBy(known.map(({ advisory }) => advisory.id));
    return rows.filter((row) => {
      const ecosystems = spoken.get(row.advisory.id) ?? [];
      const isHeld = isSilenced(ecosystems, spokenBases(row.advisory));
      if (isHeld) this.hold(row, ecosystems);
      return !isHeld;
    });
  }

  /** They are believed. */
  rows(): readonly ChangedAdvisory[] {
    return [...this.held.values()].flatMap(({ row }) => row ?? []);
  }

  /** Why they are not believed. `ended`: releases whose last word stays, which nobody misses; `gone`: by how many records there are fewer. */
  async problem(ended: ReadonlySet<string>, { gone, staying }: Fewer): Promise<FeedProblem | undefined> {
    const lost = [...this.held.values()].filter(({ ecosystems }) => !ecosystems.every((each) => ended.has(each)));
    if (!isSilenceSuspect(lost.length)) return undefined;
    const before = (await this.speakingBefore()) - staying;
    const { maxShrinkPercent } = this.guard;
    return silencedProblem({ before, silenced: lost.length, gone: Math.max(0, gone), maxShrinkPercent });
  }

  private hold(row: ChangedAdvisory, ecosystems: readonly string[]): void {
    const { stored, maxShrinkPercent } = this.guard;
    const isEmpty = row.advisory.withdrawn === undefined && row.advisory.affected.length === 0;
    if (!isEmpty || !ecosystems.every(isRelease)) this.certain += 1;
    this.held.set(row.advisory.id, { row: this.isRefusalCertain ? undefined : row, ecosystems });
    const now = stored.size - this.certain;
    if (this.isRefusalCertain || !hasShrunk({ before: stored.size, now, maxShrinkPercent })) return;
    this.isRefusalCertain = true;
    for (const [id, each] of this.held) this.held.set(id, { ...each, row: undefined });
  }

  /** Of which ecosystems each says something. */
  private async spokenBy(nativeIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.database.$queryRaw<{ id: string; ecosystems: string[] }[]>`
      SELECT a.native_id AS id, array_agg(DISTINCT f.ecosystem) AS ecosystems
        FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
       WHERE a.source_id = ${this.guard.sourceId} AND a.native_id = ANY(${[...nativeIds]}::text[])
         AND a.removed_at IS NULL AND a.withdrawn IS NULL
         AND (f.ranges <> '[]' OR f.versions <> '{}' OR f.status IS NOT NULL)
       GROUP BY 1`;
    return new Map(rows.map(({ id, ecosystems }) => [id, ecosystems]));
  }

  /** Asked only on the day it matters: those that are held still say what they said. */
  private async speakingBefore(): Promise<number> {
    const [row] = await this.database.$queryRaw<{ records: number }[]>`
      SELECT count(*)::int AS records
        FROM unnest(${[...this.guard.stored.keys()]}::text[]) s(id)
        JOIN advisory a ON a.source_id = ${this.guard.sourceId} AND a.native_id = s.id
       WHERE a.removed_at IS NULL AND a.withdrawn IS NULL
         AND EXISTS (SELECT FROM advisory_affected f WHERE f.advisory_id = a.id
                        AND (f.ranges <> '[]' OR f.versions <> '{}' OR f.status IS NOT NULL))`;
    return row?.records ?? 0;
  }
}

interface Fewer {
  readonly gone: number;
  /** Records that are missing and stay. */
  readonly staying: number;
}
