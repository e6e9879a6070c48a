import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { ImagesService } from '@tidewaiter/features/images';
import { explainPackages, packageOf, readPackages, whatIsSaidOf } from '@tidewaiter/features/matches';
import { nothingExplained } from '@tidewaiter/matching';
import { isAskedFor } from '@tidewaiter/sbom';
import { DATABASE } from '@tidewaiter/server';
import { explainedWith } from '@tidewaiter/vex';
import type { ExplainQuery, Explanations } from './findings.schema';

/** Packages that are explained at once; a source package of a distro has dozens of binaries. */
const maxPackages = 100;
const timeoutMs = 30_000;

@Injectable()
export class ExplainService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly images: ImagesService,
  ) {}

  async explain(digest: string, { vulnerability, package: asked }: ExplainQuery): Promise<Explanations> {
    const { id } = await this.images.requireImage(digest);
    const items = await this.database.$transaction(
      async (tx) => {
        const ids = await (asked === undefined ? spokenOf(tx, id, vulnerability) : askedFor(tx, id, asked));
        const explanations = await explainPackages(tx, ids, vulnerability);
        const found = explanations.flatMap(({ finding }) => (finding === undefined ? [] : [finding.vulnerability]));
        const saidOf = await whatIsSaidOf(
          tx,
          id,
          found.map((ref) => ({ vulnerability: ref.id, aliases: ref.aliases })),
        );
        return explanations.map((explanation) => {
          const { finding } = explanation;
          return finding === undefined ? explanation : explainedWith(explanation, saidOf(finding));
        });
      },
      { timeout: timeoutMs },
    );
    return items.length > 0 ? { items } : { items, conclusion: nothingExplained(vulnerability, asked) };
  }
}

/** Those under whose names the index has a record about the vulnerability. */
async function spokenOf(tx: Transaction, imageId: number, vulnerability: string): Promise<readonly number[]> {
  const ids = spellingsOf(vulnerability);
  const rows = await tx.$queryRaw<{ id: number }[]>`
    WITH named AS MATERIALIZED (
      SELECT v.id FROM vulnerability v WHERE v.name = ANY(${ids}::text[]) OR v.aliases && ${ids}::text[]),
    about AS MATERIALIZED (
      SELECT a.id FROM advisory a WHERE a.native_id = ANY(${ids}::text[]) AND a.removed_at IS NULL
       UNION SELECT av.advisory_id FROM advisory_vulnerability av JOIN named ON named.id = av.vulnerability_id),
    held AS MATERIALIZED (${heldBy(imageId)})
    SELECT g.id FROM held JOIN package g ON g.id = held.id
     WHERE g.owned_by IS NULL AND EXISTS (
       SELECT FROM package_key k
         JOIN advisory_affected f ON f.ecosystem = k.ecosystem AND f.name = k.name
         JOIN about ON about.id = f.advisory_id
        WHERE k.package_id = g.id)
     ORDER BY g.name COLLATE "C", g.id LIMIT ${maxPackages}`;
  return rows.map((row) => row.id);
}

function heldBy(imageId: number): Prisma.Sql {
  return Prisma.sql`
    SELECT DISTINCT unnest(p.package_ids) AS id
      FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId}`;
}

/** Ids are what they are in any letters: databases write them in capitals, GitHub's in small ones behind the prefix. */
function spellingsOf(id: string): string[] {
  const upper = id.toUpperCase();
  const prefix = /^[^-]*/.exec(upper)?.[0] ?? '';
  return [...new Set([id, upper, prefix + id.slice(prefix.length).toLowerCase()])];
}

/** By name, `name@version` or purl, as the command line is asked. */
async function askedFor(tx: Transaction, imageId: number, asked: string): Promise<readonly number[]> {
  const held = await tx.$queryRaw<{ id: number }[]>(heldBy(imageId));
  const rows = await readPackages(
    tx,
    held.map((row) => row.id),
  );
  return rows
    .filter((row) => isAskedFor(packageOf(row), asked))
    .slice(0, maxPackages)
    .map((row) => row.id);
}
