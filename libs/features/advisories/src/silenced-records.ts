import { Prisma, type Database } from '@tidewaiter/db';
import {
  HeldRecords,
  isEmptyRecord,
  isSilenced,
  isSilenceSuspect,
  silencedProblem,
  spokenBases,
  type FeedProblem,
} from '@tidewaiter/feeds';
import type { ChangedAdvisory, StoredRecord } from './advisory-rows';

/** SQL: true of an entry `f` that says which versions are affected; the same as `spokenBases` asks. */
const saysSomething = Prisma.sql`(f.ranges <> '[]' OR f.versions <> '{}' OR f.status IS NOT NULL)`;

interface Guard {
  readonly sourceId: string;
  readonly stored: ReadonlyMap<string, StoredRecord>;
  readonly maxShrinkPercent: number;
  /** Only what changed is read: nothing is known of the share then. */
  readonly isPartial: boolean;
}

/**
 * Records that are there and say nothing any more of what they spoke of. They wait until all is read: only then it is known whether they
 * are what a publisher takes back, or the whole feed has another shape and nothing of it is to be believed.
 */
export class SilencedRecords {
  private readonly held: HeldRecords<ChangedAdvisory>;

  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
  ) {
    const { stored, maxShrinkPercent } = guard;
    this.held = new HeldRecords({ before: stored.size, maxShrinkPercent });
  }

  get ids(): readonly string[] {
    return this.held.ids;
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
      if (isHeld) this.held.hold(row.advisory.id, { row, ecosystems, isEmpty: isEmptyRecord(row.advisory) });
      return !isHeld;
    });
  }

  /** They are believed. */
  rows(): readonly ChangedAdvisory[] {
    return this.held.rows();
  }

  /** Why they are not believed. `ended`: releases whose last word stays, which nobody misses; `gone`: by how many records there are fewer. */
  async problem(ended: ReadonlySet<string>, { gone, staying }: Fewer): Promise<FeedProblem | undefined> {
    const silenced = this.held.missed(ended);
    if (!isSilenceSuspect(silenced)) return undefined;
    const before = (await this.speakingBefore()) - staying;
    const { maxShrinkPercent } = this.guard;
    return silencedProblem({ before, silenced, gone: Math.max(0, gone), maxShrinkPercent });
  }

  /** Of which ecosystems each says something. */
  private async spokenBy(nativeIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.database.$queryRaw<{ id: string; ecosystems: string[] }[]>`
      SELECT a.native_id AS id, array_agg(DISTINCT f.ecosystem) AS ecosystems
        FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
       WHERE a.source_id = ${this.guard.sourceId} AND a.native_id = ANY(${[...nativeIds]}::text[])
         AND a.removed_at IS NULL AND a.withdrawn IS NULL
         AND ${saysSomething}
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
                        AND ${saysSomething})`;
    return row?.records ?? 0;
  }
}

interface Fewer {
  readonly gone: number;
  /** Records that are missing and stay. */
  readonly staying: number;
}
