import { createHash } from 'node:crypto';
import type { AdvisoryKey, Package } from '@tidewaiter/contracts';
import { jsonbText, type Transaction } from '@tidewaiter/db';
import { lookupRevision } from '@tidewaiter/ecosystems';

/** A package as it is recorded: with the names advisories may speak of it by. */
export interface PackageToRecord {
  readonly package: Package;
  /** purl of the distro package that owns its files. */
  readonly ownedBy?: string;
  readonly keys: readonly AdvisoryKey[];
}

/** Row ids by identity (`identityOf`), in the order of the input. Packages that are known cost one index probe. */
export async function recordPackages(
  tx: Transaction,
  packages: readonly PackageToRecord[],
): Promise<readonly number[]> {
  if (packages.length === 0) return [];
  const identities = packages.map((entry) => identityOf(entry.package, entry.ownedBy));
  const rows = packages.map((entry, index) => toRow(entry, identities[index] ?? ''));
  // Both statements insert in a fixed order, so that two images recorded at once cannot deadlock.
  const document = jsonbText(rows);
  await tx.$executeRaw`
    INSERT INTO package (identity, ecosystem, name, version, architecture, purl, source_name, source_version, owned_by,
           module, lookup_revision)
    SELECT decode(r.identity, 'hex'), r.ecosystem, r.name, r.version, r.architecture, r.purl, r."sourceName",
           r."sourceVersion", r."ownedBy", r.module, ${lookupRevision}
      FROM jsonb_to_recordset(${document}::jsonb) AS r(identity text, ecosystem text, name text, version text,
           architecture text, purl text, "sourceName" text, "sourceVersion" text, "ownedBy" text, module text)
     WHERE NOT EXISTS (SELECT FROM package p WHERE p.identity = decode(r.identity, 'hex'))
     ORDER BY r.identity
    ON CONFLICT (identity) DO NOTHING`;
  await tx.$executeRaw`
    INSERT INTO package_key (ecosystem, name, package_id)
    SELECT k.ecosystem, k.name, p.id
      FROM jsonb_to_recordset(${document}::jsonb) AS r(identity text, keys jsonb)
      JOIN package p ON p.identity = decode(r.identity, 'hex') AND p.judged_at IS NULL
     CROSS JOIN LATERAL jsonb_to_recordset(r.keys) AS k(ecosystem text, name text)
     ORDER BY p.id, k.ecosystem, k.name
    ON CONFLICT DO NOTHING`;
  const found = await tx.$queryRaw<{ id: number; identity: string }[]>`
    SELECT p.id, encode(p.identity, 'hex') AS identity
      FROM package p JOIN unnest(${identities}::text[]) AS i(identity) ON p.identity = decode(i.identity, 'hex')`;
  const ids = new Map(found.map((row) => [row.identity, row.id]));
  return identities.map((identity) => {
    const id = ids.get(identity);
    if (id === undefined) throw new Error('a package that was just recorded is not there');
    return id;
  });
}

/**
 * Keeps the verdicts of these packages as they are until the transaction ends: whoever judges waits. For an image that is
 * being recorded, which a judging could not see yet and would not count again.
 */
export async function holdVerdicts(tx: Transaction, packageIds: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    SELECT FROM package WHERE id = ANY(${[...packageIds]}::int[]) ORDER BY id FOR KEY SHARE`;
}

/** sha256 over every field that can change a verdict, or what the reader is told about the package. */
export function identityOf(pkg: Package, ownedBy: string | undefined): string {
  const fields = [
    pkg.ecosystem,
    pkg.name,
    pkg.version,
    pkg.architecture,
    pkg.purl,
    pkg.source?.name,
    pkg.source?.version,
    ownedBy,
    // Only where there is one: all other packages keep the identity they have.
    ...(pkg.module === undefined ? [] : [pkg.module]),
  ];
  return createHash('sha256')
    .update(JSON.stringify(fields.map((field) => field ?? null)))
    .digest('hex');
}

function toRow({ package: pkg, ownedBy, keys }: PackageToRecord, identity: string) {
  return {
    identity,
    ecosystem: pkg.ecosystem,
    name: pkg.name,
    version: pkg.version,
    architecture: pkg.architecture ?? null,
    purl: pkg.purl,
    sourceName: pkg.source?.name ?? null,
    sourceVersion: pkg.source?.version ?? null,
    ownedBy: ownedBy ?? null,
    module: pkg.module ?? null,
    keys,
  };
}
