import { Inject, Injectable } from '@nestjs/common';
import type { AdvisoryMatchInput, Package } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { findingsOf } from '@tidewaiter/matching';
import { DATABASE } from '@tidewaiter/server';
import { applyChanges } from './apply-changes';
import { imagesHolding, refreshSummaries } from './image-summaries';
import { matchChanges, type JudgeCause, type JudgedFinding, type MatchChange, type OpenMatch } from './match-changes';
import { PostgresAdvisoryIndex } from './postgres-advisory-index';

export interface JudgeOutcome {
  readonly judged: number;
  readonly changes: readonly MatchChange[];
  /** Images whose summary changed. */
  readonly imageIds: readonly number[];
}

/** Packages judged in one transaction: bounds its locks and its memory. */
const batchSize = 500;

/**
 * Judges distinct packages and writes what changed. A package is judged with the advisories as they are once its row is
 * locked: a feed that commits meanwhile finds the package by its keys and waits for the lock, so one of the two sees the
 * other and no verdict is lost.
 */
@Injectable()
export class JudgePackages {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async judge(packageIds: readonly number[], cause: JudgeCause): Promise<JudgeOutcome> {
    const outcomes: JudgeOutcome[] = [];
    const sorted = [...new Set(packageIds)].sort((a, b) => a - b);
    for (let start = 0; start < sorted.length; start += batchSize) {
      const batch = sorted.slice(start, start + batchSize);
      outcomes.push(await this.database.$transaction((tx) => judgeBatch(tx, batch, cause)));
    }
    return {
      judged: sorted.length,
      changes: outcomes.flatMap((outcome) => outcome.changes),
      imageIds: [...new Set(outcomes.flatMap((outcome) => outcome.imageIds))],
    };
  }

  /** Judges those of the packages that never were. */
  async judgeNew(packageIds: readonly number[]): Promise<JudgeOutcome> {
    const rows = await this.database.package.findMany({
      where: { id: { in: [...packageIds] }, judgedAt: null },
      select: { id: true },
    });
    return this.judge(
      rows.map((row) => row.id),
      { kind: 'package' },
    );
  }
}

/** Judges packages inside the caller's transaction. The ids are sorted, so that two batches lock in the same order. */
export async function judgeBatch(
  tx: Transaction,
  packageIds: readonly number[],
  cause: JudgeCause,
): Promise<JudgeOutcome> {
  const packages = await lockPackages(tx, packageIds);
  const index = new PostgresAdvisoryIndex(tx);
  const judged = await judgeAll(packages, index);
  const changes = matchChanges(await openMatches(tx, packageIds), judged);
  await applyChanges(tx, { changes, index, cause });
  await tx.$executeRaw`UPDATE package SET judged_at = now() WHERE id = ANY(${[...packageIds]})`;
  const changed = [...new Set(changes.map((change) => change.packageId))];
  const imageIds = await imagesHolding(tx, changed);
  await refreshSummaries(tx, imageIds);
  return { judged: packages.length, changes, imageIds };
}

interface PackageRow {
  readonly id: number;
  readonly ownedBy: string | null;
  readonly package: Package;
}

async function lockPackages(tx: Transaction, packageIds: readonly number[]): Promise<readonly PackageRow[]> {
  await tx.$queryRaw`SELECT id FROM package WHERE id = ANY(${[...packageIds]}) ORDER BY id FOR UPDATE`;
  const rows = await tx.package.findMany({ where: { id: { in: [...packageIds] } }, orderBy: { id: 'asc' } });
  return rows.map((row) => ({
    id: row.id,
    ownedBy: row.ownedBy,
    package: {
      ecosystem: row.ecosystem,
      name: row.name,
      version: row.version,
      purl: row.purl,
      ...(row.architecture === null ? {} : { architecture: row.architecture }),
      ...(row.sourceName === null || row.sourceVersion === null
        ? {}
        : { source: { name: row.sourceName, version: row.sourceVersion } }),
    },
  }));
}

async function judgeAll(
  packages: readonly PackageRow[],
  index: PostgresAdvisoryIndex,
): Promise<readonly JudgedFinding[]> {
  // A package that a distro owns is judged by the distro: the owner's own row has the verdict.
  const judgeable = packages.filter((row) => row.ownedBy === null);
  const keysOf = new Map(judgeable.map((row) => [row.id, ecosystemOf(row.package)?.lookupKeys(row.package) ?? []]));
  const distinct = new Map([...keysOf.values()].flat().map((key) => [`${key.ecosystem}\n${key.name}`, key]));
  const inputs = Map.groupBy(await index.lookup([...distinct.values()]), inputKey);
  return judgeable.flatMap((row) => {
    const own = (keysOf.get(row.id) ?? []).flatMap((key) => inputs.get(`${key.ecosystem}\n${key.name}`) ?? []);
    return findingsOf(row.package, own).map((finding) => ({ packageId: row.id, finding }));
  });
}

function inputKey(input: AdvisoryMatchInput): string {
  return `${input.affected.ecosystem}\n${input.affected.name}`;
}

async function openMatches(tx: Transaction, packageIds: readonly number[]): Promise<readonly OpenMatch[]> {
  return tx.$queryRaw<OpenMatch[]>`
    SELECT m.id, m.package_id AS "packageId", v.name AS vulnerability, m.vulnerability_id AS "vulnerabilityId", m.state,
           m.reason, m.severity, m.score, m.fixed_in AS "fixedIn", a.feed || '/' || a.native_id AS advisory
      FROM match m
      JOIN vulnerability v ON v.id = m.vulnerability_id
      JOIN advisory a ON a.id = m.advisory_id
     WHERE m.package_id = ANY(${[...packageIds]}) AND m.closed_at IS NULL`;
}
