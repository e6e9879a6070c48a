import { Inject, Injectable } from '@nestjs/common';
import { normalizeAdvisoryName } from '@tidewaiter/contracts';
import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { ImagesService } from '@tidewaiter/features/images';
import { explainPackages, whatIsSaidOf } from '@tidewaiter/features/matches';
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

  async explain(digest: string, { vulnerability, package: name }: ExplainQuery): Promise<Explanations> {
    const { id } = await this.images.requireImage(digest);
    const items = await this.database.$transaction(
      async (tx) => {
        const explanations = await explainPackages(
          tx,
          await packagesOf(tx, id, { vulnerability, name }),
          vulnerability,
        );
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
    return { items };
  }
}

/** Those with the name in any spelling that their ecosystem takes for it, else those under whose names the index has a record about the vulnerability. */
async function packagesOf(
  tx: Transaction,
  imageId: number,
  { vulnerability, name }: { readonly vulnerability: string; readonly name: string | undefined },
): Promise<readonly number[]> {
  const wanted =
    name === undefined
      ? Prisma.sql`g.owned_by IS NULL AND EXISTS (
          SELECT FROM package_key k
            JOIN advisory_affected f ON f.ecosystem = k.ecosystem AND f.name = k.name
            JOIN about ON about.id = f.advisory_id
           WHERE k.package_id = g.id)`
      : named(name, await ecosystemsOf(tx, imageId));
  const ids = spellingsOf(vulnerability);
  const rows = await tx.$queryRaw<{ id: number }[]>`
    WITH named AS MATERIALIZED (
      SELECT v.id FROM vulnerability v WHERE v.name = ANY(${ids}::text[]) OR v.aliases && ${ids}::text[]),
    about AS MATERIALIZED (
      SELECT a.id FROM advisory a WHERE a.native_id = ANY(${ids}::text[]) AND a.removed_at IS NULL
       UNION SELECT av.advisory_id FROM advisory_vulnerability av JOIN named ON named.id = av.vulnerability_id),
    held AS MATERIALIZED (
      SELECT DISTINCT unnest(p.package_ids) AS id
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId})
    SELECT g.id FROM held JOIN package g ON g.id = held.id
     WHERE ${wanted} ORDER BY g.name COLLATE "C", g.id LIMIT ${maxPackages}`;
  return rows.map((row) => row.id);
}

/** Ids are what they are in any letters: databases write them in capitals, GitHub's in small ones behind the prefix. */
function spellingsOf(id: string): string[] {
  const upper = id.toUpperCase();
  const prefix = /^[^-]*/.exec(upper)?.[0] ?? '';
  return [...new Set([id, upper, prefix + id.slice(prefix.length).toLowerCase()])];
}

function named(name: string, ecosystems: readonly string[]): Prisma.Sql {
  const spelled = ecosystems.map((ecosystem) => normalizeAdvisoryName(ecosystem, name));
  return Prisma.sql`(g.name = ${name} OR g.source_name = ${name} OR EXISTS (
    SELECT FROM package_key k
      JOIN unnest(${[...ecosystems]}::text[], ${spelled}::text[]) AS asked(ecosystem, name)
        ON asked.ecosystem = k.ecosystem AND asked.name = k.name
     WHERE k.package_id = g.id))`;
}

/** As advisories call them. */
async function ecosystemsOf(tx: Transaction, imageId: number): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ ecosystem: string }[]>`
    SELECT DISTINCT k.ecosystem FROM image_part ip
      JOIN inventory_part p ON p.id = ip.part_id
      JOIN package_key k ON k.package_id = ANY(p.package_ids)
     WHERE ip.image_id = ${imageId}`;
  return rows.map(({ ecosystem }) => ecosystem);
}
