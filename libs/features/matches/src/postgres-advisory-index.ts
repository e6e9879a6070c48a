import {
  VendorStatus,
  type AdvisoryIndex,
  type AdvisoryKey,
  type AdvisoryMatchInput,
  type AffectedRange,
  type SeverityVector,
  type VulnerabilityRef,
} from '@tidewaiter/contracts';
import { Prisma, type Transaction } from '@tidewaiter/db';
import { speaksFor } from '@tidewaiter/feeds';
import type { Threat } from './match-risk';

/** Advisories looked up in Postgres, inside the caller's transaction, so that a verdict and its records agree. */
export class PostgresAdvisoryIndex implements AdvisoryIndex {
  private readonly advisoryIds = new Map<string, number>();
  private readonly known = new Map<string, KnownVulnerability>();
  private readonly asked: ReadonlySet<number> | undefined;

  /** `only`: of these vulnerabilities, by their rows. A bundle that is about one of them is told of whole. */
  constructor(
    private readonly tx: Transaction,
    private readonly only?: readonly number[],
  ) {
    this.asked = only === undefined ? undefined : new Set(only);
  }

  /**
   * Lists come as JSON: arrays of text are taken apart character by character by the driver, and a record may list thousands of versions.
   *
   * OFFSET 0: right after an import nothing is known about the tables, and the planner would read all names for each row.
   */
  async lookup(keys: readonly AdvisoryKey[]): Promise<readonly AdvisoryMatchInput[]> {
    if (keys.length === 0) return [];
    const { only } = this;
    const about =
      only === undefined
        ? Prisma.empty
        : Prisma.sql`JOIN (SELECT DISTINCT advisory_id FROM advisory_vulnerability WHERE vulnerability_id = ANY(${[...only]}::int[])) o
                       ON o.advisory_id = f.advisory_id`;
    const rows = await this.tx.$queryRaw<AdvisoryRow[]>`
      SELECT a.id, a.feed, a.native_id, a.modified, a.published, a.withdrawn, a.summary, to_jsonb(a.aliases) AS aliases,
             to_jsonb(a.upstream) AS upstream, a.severities, f.ecosystem, f.name, f.ranges, to_jsonb(f.versions) AS versions, f.severities AS affected_severities,
             f.status, f.architectures, f.module,
             v.vulnerabilities
        FROM unnest(${keys.map((key) => key.ecosystem)}::text[], ${keys.map((key) => key.name)}::text[]) AS k(ecosystem, name)
        JOIN advisory_affected f ON f.ecosystem = k.ecosystem AND f.name = k.name ${about}
        JOIN advisory a ON a.id = f.advisory_id AND a.removed_at IS NULL
        JOIN LATERAL (
          SELECT jsonb_agg(jsonb_build_object('rowId', v.id, 'id', v.name, 'aliases', v.aliases, 'scores', v.scores, 'epss', v.epss,
                                             'exploited', v.exploited_since IS NOT NULL) ORDER BY v.name) AS vulnerabilities
            FROM advisory_vulnerability av
           CROSS JOIN LATERAL (SELECT id, name, aliases, scores, epss, exploited_since FROM vulnerability WHERE id = av.vulnerability_id OFFSET 0) v
           WHERE av.advisory_id = a.id) v ON v.vulnerabilities IS NOT NULL
       ORDER BY a.id, f.id`;
    return rows.map((row) => this.toInput(row));
  }

  /** The ecosystems among these that some feed has records for; a package of any other is unknown, not clean. */
  async covers(ecosystems: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.tx.$queryRaw<{ ecosystem: string }[]>`
      SELECT DISTINCT e.ecosystem FROM feed f, unnest(f.ecosystems) AS e(ecosystem) WHERE e.ecosystem = ANY(${[...ecosystems]})`;
    return new Set(rows.map((row) => row.ecosystem));
  }

  /** Row id of an advisory that a lookup returned. */
  advisoryId(advisory: { readonly feed: string; readonly id: string }): number {
    return known(this.advisoryIds.get(`${advisory.feed}/${advisory.id}`));
  }

  /** Row id of a vulnerability that a lookup returned. */
  vulnerabilityId(name: string): number {
    return known(this.known.get(name)?.rowId);
  }

  /** Whether a vulnerability that a lookup returned is one of those it was to be about. */
  isAsked(name: string): boolean {
    return this.asked?.has(this.vulnerabilityId(name)) ?? true;
  }

  /** What is known of a vulnerability that a lookup returned, beside its records. */
  threatOf(name: string): Threat {
    const { epss, exploited } = known(this.known.get(name));
    return { epss: epss ?? undefined, isKnownExploited: exploited };
  }

  /** What the columns hold is what the feeds' records were written from, so it is not checked once more for every package. */
  private toInput(row: AdvisoryRow): AdvisoryMatchInput {
    this.advisoryIds.set(`${row.feed}/${row.native_id}`, row.id);
    for (const ref of row.vulnerabilities) this.known.set(ref.id, ref);
    return {
      advisory: {
        feed: row.feed,
        id: row.native_id,
        modified: row.modified,
        ...(row.published === null ? {} : { published: row.published }),
        ...(row.withdrawn === null ? {} : { withdrawn: row.withdrawn }),
        ...(row.summary === null ? {} : { summary: row.summary }),
        aliases: row.aliases,
        upstream: row.upstream,
        severities: row.severities,
      },
      affected: {
        ecosystem: row.ecosystem,
        name: row.name,
        ranges: row.ranges,
        versions: row.versions,
        severities: row.affected_severities,
        ...(row.status === null ? {} : { status: VendorStatus.parse(row.status) }),
        ...(row.architectures.length === 0 ? {} : { architectures: row.architectures }),
        ...(row.module === null ? {} : { module: row.module }),
      },
      isVendors: speaksFor(row.feed, row.ecosystem),
      vulnerabilities: row.vulnerabilities,
    };
  }
}

interface AdvisoryRow {
  readonly id: number;
  readonly feed: string;
  readonly native_id: string;
  readonly modified: string;
  readonly published: string | null;
  readonly withdrawn: string | null;
  readonly summary: string | null;
  readonly aliases: string[];
  readonly upstream: string[];
  readonly severities: SeverityVector[];
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: AffectedRange[];
  readonly versions: string[];
  readonly affected_severities: SeverityVector[];
  readonly status: string | null;
  readonly architectures: string[];
  readonly module: string | null;
  readonly vulnerabilities: readonly KnownVulnerability[];
}

interface KnownVulnerability extends VulnerabilityRef {
  readonly rowId: number;
  readonly epss: number | null;
  readonly exploited: boolean;
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('asked for the row of a record that no lookup returned');
  return found;
}
