import type { Package } from '@tidewaiter/contracts';
import { Prisma, type Transaction } from '@tidewaiter/db';

/** A package with everything a verdict depends on. */
export interface PackageRow {
  readonly id: number;
  readonly ownedBy: string | null;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  readonly purl: string;
  readonly sourceName: string | null;
  readonly sourceVersion: string | null;
  readonly module: string | null;
  /** By everything that is said. */
  readonly wasJudged: boolean;
}

/** In the order in which everybody locks them. */
export async function lockPackages(tx: Transaction, packageIds: readonly number[]): Promise<readonly PackageRow[]> {
  return tx.$queryRaw<PackageRow[]>`
    SELECT ${columns}
      FROM package WHERE id = ANY(${[...packageIds]}::int[]) ORDER BY id FOR UPDATE`;
}

/** The same to look at. */
export async function readPackages(tx: Transaction, packageIds: readonly number[]): Promise<readonly PackageRow[]> {
  return tx.$queryRaw<PackageRow[]>`
    SELECT ${columns} FROM package WHERE id = ANY(${[...packageIds]}::int[]) ORDER BY name COLLATE "C", id`;
}

const columns = Prisma.sql`
  id, owned_by AS "ownedBy", ecosystem, name, version, architecture, purl, source_name AS "sourceName",
  source_version AS "sourceVersion", module, judged_at IS NOT NULL AS "wasJudged"`;

export function packageOf(row: PackageRow): Package {
  const { ecosystem, name, version, purl, architecture, sourceName, sourceVersion, module } = row;
  return {
    ecosystem,
    name,
    version,
    purl,
    ...(architecture === null ? {} : { architecture }),
    ...(sourceName === null || sourceVersion === null ? {} : { source: { name: sourceName, version: sourceVersion } }),
    ...(module === null ? {} : { module }),
  };
}
