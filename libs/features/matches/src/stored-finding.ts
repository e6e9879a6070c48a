import { Finding, FixState, Severity } from '@tidewaiter/contracts';

/** A match with its package and vulnerability, as queries select it. */
export interface StoredFinding {
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly summary: string | null;
  readonly purl: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly severity: string;
  readonly severitySource: string | null;
  readonly score: number | null;
  readonly fixedIn: string | null;
  readonly fixState: string | null;
  readonly fixChannel: string | null;
  readonly malicious: boolean;
  readonly headersOnly: boolean;
  readonly openedAt: Date;
}

/** What a match says of its package, in the words of a finding. */
export function findingFields(row: StoredFinding) {
  return {
    vulnerability: { id: row.vulnerability, aliases: [...row.aliases] },
    package: { purl: row.purl, ecosystem: row.ecosystem, name: row.name, version: row.version },
    verdict: Finding.shape.verdict.parse(row.verdict),
    ...(row.reason === null ? {} : { reason: row.reason }),
    severity: Severity.parse(row.severity),
    ...(row.severitySource === null ? {} : { severitySource: row.severitySource }),
    ...(row.score === null ? {} : { score: row.score }),
    ...(row.fixedIn === null ? {} : { fixedIn: row.fixedIn }),
    ...(row.fixState === null ? {} : { fixState: FixState.parse(row.fixState) }),
    ...(row.fixChannel === null ? {} : { fixChannel: row.fixChannel }),
    ...(row.malicious ? { malicious: true as const } : {}),
    ...(row.headersOnly ? { headersOnly: true as const } : {}),
    ...(row.summary === null ? {} : { summary: row.summary }),
    openedAt: row.openedAt.toISOString(),
  };
}
