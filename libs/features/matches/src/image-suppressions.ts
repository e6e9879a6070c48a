import type { Finding, Suppression } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { VexStatements, type VexSubject } from '@tidewaiter/vex';
import { z } from 'zod';
import { StoredVexStatement } from './stored-vex.schema';

type Suppressor = (finding: Pick<Finding, 'vulnerability' | 'package'>) => Suppression | undefined;

/** Who vouches for findings of an image, by the statements that are believed here. */
export async function suppressorOf(
  database: Database | Transaction,
  imageId: number,
  findings: readonly { readonly vulnerability: string; readonly aliases: readonly string[] }[],
): Promise<Suppressor> {
  const names = new Set(findings.flatMap((row) => [row.vulnerability, ...row.aliases]).map((id) => id.toUpperCase()));
  const rows = await database.$queryRaw<unknown[]>`
    SELECT s.document, s.author, s.timestamp, s.vulnerabilities, s.status, s.justification, s.statement, s.products,
           (SELECT source FROM feed WHERE id = 'vex') AS source
      FROM vex_statement s WHERE s.vulnerabilities && ${[...names]}::text[]`;
  // Most images have nothing that anybody speaks of.
  if (rows.length === 0) return () => undefined;
  const statements = new VexStatements(z.array(StoredVexStatement).parse(rows));
  const subject = await subjectOf(database, imageId);
  return (finding) => statements.suppressionOf(finding, subject);
}

async function subjectOf(database: Database | Transaction, imageId: number): Promise<VexSubject> {
  const image = await database.image.findUniqueOrThrow({
    where: { id: imageId },
    select: {
      digest: true,
      platform: true,
      manifests: {
        where: { manifest: { deletedAt: null } },
        select: {
          manifest: {
            select: { digest: true, repository: { select: { name: true, registry: { select: { url: true } } } } },
          },
        },
      },
    },
  });
  const manifests = image.manifests.map(({ manifest }) => manifest);
  return {
    image: {
      repositories: manifests.map(({ repository: { name, registry } }) => `${new URL(registry.url).host}/${name}`),
      digests: [image.digest, ...manifests.map(({ digest }) => digest)],
      architecture: image.platform?.split('/')[1],
    },
    locations: await locationsOf(database, imageId),
  };
}

async function locationsOf(database: Database | Transaction, imageId: number): Promise<VexSubject['locations']> {
  const rows = await database.$queryRaw<{ purl: string; files: unknown }[]>`
    SELECT g.purl, jsonb_agg(p.locations -> (k.position - 1)::int) AS files
      FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
     CROSS JOIN LATERAL unnest(p.package_ids) WITH ORDINALITY k(package_id, position)
      JOIN package g ON g.id = k.package_id
     WHERE ip.image_id = ${imageId} GROUP BY g.purl`;
  return new Map(rows.map(({ purl, files }) => [purl, StoredFiles.parse(files).flatMap((list) => list ?? [])]));
}

const StoredFiles = z.array(z.array(z.string()).nullable());
