import type { Finding, Suppression } from '@tidewaiter/contracts';
import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { VexStatements, type VexSubject } from '@tidewaiter/vex';
import { z } from 'zod';
import { StoredVexStatement } from './stored-vex.schema';
import { statedWhere } from './vex-statements';
import { wasThere } from './was-there';

/** Who vouches for a finding, and what is only said of it: by whom nobody here believes. */
export interface WhatIsSaid {
  readonly suppression?: Suppression;
  readonly claim?: Suppression;
}

type Judge = (finding: Pick<Finding, 'vulnerability' | 'package'>) => WhatIsSaid;

/**
 * What statements say of findings of an image, or said at a moment: those of configured sources, and those attached to it. Names
 * of vulnerabilities and what is in the image are those of now.
 */
export async function whatIsSaidOf(
  database: Database | Transaction,
  imageId: number,
  findings: readonly { readonly vulnerability: string; readonly aliases: readonly string[] }[],
  at?: Date,
): Promise<Judge> {
  const names = new Set(findings.flatMap((row) => [row.vulnerability, ...row.aliases]).map((id) => id.toUpperCase()));
  const rows = await database.$queryRaw<unknown[]>`${statementsAbout([...names], imageId, at)}`;
  // Most images have nothing that anybody speaks of.
  if (rows.length === 0) return () => ({});
  const statements = z.array(StoredVexStatement).parse(rows);
  const believed = new VexStatements(statements.filter(({ isBelieved }) => isBelieved));
  const others = new VexStatements(statements.filter(({ isBelieved }) => !isBelieved));
  const subject = await subjectOf(database, imageId, at);
  return (finding) => {
    const suppression = believed.suppressionOf(finding, subject);
    const claim = others.suppressionOf(finding, subject);
    return { ...(suppression !== undefined && { suppression }), ...(claim !== undefined && { claim }) };
  };
}

function statementsAbout(names: readonly string[], imageId: number, at: Date | undefined): Prisma.Sql {
  const columns = Prisma.sql`
    s.document, s.author, s.timestamp, s.vulnerabilities, s.status, s.justification, s.statement, s.products`;
  const isSpoken = Prisma.sql`s.vulnerabilities && ${[...names]}::text[]`;
  const present = Prisma.sql`
    SELECT ${columns}, ${statedWhere} AS source, coalesce(a.is_believed, true) AS "isBelieved"
      FROM vex_statement s
      LEFT JOIN feed f ON f.id = s.feed_id
      LEFT JOIN attached_vex a ON a.id = s.attached_vex_id
      LEFT JOIN repository r ON r.id = a.repository_id
     WHERE ${isSpoken} AND (a.id IS NULL OR ${isAttachedTo(imageId, Prisma.sql`a`, at)})`;
  if (at === undefined) return present;
  return Prisma.sql`
    ${present} AND s.known_from <= ${at}
    UNION ALL
    SELECT ${columns}, s.source, s.is_believed
      FROM past_vex_statement s
     WHERE ${isSpoken} AND s.known_from <= ${at} AND s.known_until > ${at}
       AND (s.subject_digest IS NULL OR ${isAttachedTo(imageId, Prisma.sql`s`, at)})`;
}

/** True of what is, or was at a moment, attached to an image, or to a manifest that leads to it, where it is to be found. */
function isAttachedTo(imageId: number, attached: Prisma.Sql, at: Date | undefined): Prisma.Sql {
  const isThere = at === undefined ? Prisma.sql`m.deleted_at IS NULL` : wasThere(at);
  return Prisma.sql`
    EXISTS (SELECT FROM image i JOIN manifest_image mi ON mi.image_id = i.id JOIN manifest m ON m.id = mi.manifest_id
             WHERE i.id = ${imageId}::int AND ${isThere} AND m.repository_id = ${attached}.repository_id
               AND ${attached}.subject_digest IN (i.digest, m.digest))`;
}

async function subjectOf(database: Database | Transaction, imageId: number, at: Date | undefined): Promise<VexSubject> {
  const isThere =
    at === undefined
      ? { deletedAt: null }
      : {
          firstSeenAt: { lte: at },
          OR: [{ deletedAt: null }, { deletedAt: { gt: at } }],
          absences: { none: { from: { lte: at }, until: { gt: at } } },
        };
  const image = await database.image.findUniqueOrThrow({
    where: { id: imageId },
    select: {
      digest: true,
      platform: true,
      manifests: {
        where: { manifest: isThere },
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
