import { Inject, Injectable } from '@nestjs/common';
import { ScopeRules, type ScopeRule } from '@tidewaiter/config';
import { jsonbText, type Database, type Transaction } from '@tidewaiter/db';
import { excludedPlatforms, namesPlatforms, scopeOf, type PlatformRow } from '@tidewaiter/features/registries';
import { withRepository } from '@tidewaiter/features/scans';
import { DATABASE } from '@tidewaiter/server';

/** A tag, or a manifest without one. */
interface EntryRow {
  readonly manifestId: number;
  readonly tagId: number | null;
  readonly tag: string | null;
  readonly pushedAt: Date;
  readonly platform: string | null;
}

/**
 * Writes down which rule of its registry leaves each tag, manifest and platform of a repository out. What leaves the scope
 * keeps its inventory and its findings; it is only not looked at any more.
 */
@Injectable()
export class ApplyScope {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async apply(repositoryId: number): Promise<void> {
    const { name: repository, registry } = await this.database.repository.findUniqueOrThrow({
      where: { id: repositoryId },
      select: { name: true, registry: { select: { scope: true } } },
    });
    const rules = ScopeRules.parse(registry.scope);
    if (rules.length === 0) return withRepository(this.database, repositoryId, (tx) => this.clear(tx, repositoryId));
    const entries = await this.entries(repositoryId);
    const excluded = scopeOf(rules, {
      repository,
      now: new Date(),
      entries: entries.map((entry) => ({ ...entry, platform: entry.platform ?? undefined })),
    });
    const decided = entries.map(({ manifestId, tagId }, index) => ({ manifestId, tagId, rule: excluded[index] }));
    const platforms = await this.excludedPlatforms(repositoryId, { rules, repository });
    const written = { repositoryId, decided: jsonbText(decided), platforms: jsonbText(platforms) };
    await withRepository(this.database, repositoryId, (tx) => this.write(tx, written));
  }

  private entries(repositoryId: number): Promise<readonly EntryRow[]> {
    return this.database.$queryRaw<EntryRow[]>`
      SELECT m.id AS "manifestId", t.id AS "tagId", t.name AS tag, m.platform,
             coalesce(t.pushed_at::timestamptz, t.moved_at, m.pushed_at::timestamptz, m.first_seen_at) AS "pushedAt"
        FROM manifest m LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
       WHERE m.repository_id = ${repositoryId} AND m.deleted_at IS NULL`;
  }

  private async excludedPlatforms(
    repositoryId: number,
    { rules, repository }: { readonly rules: readonly ScopeRule[]; readonly repository: string },
  ) {
    if (!rules.some(namesPlatforms)) return [];
    const rows = await this.database.$queryRaw<PlatformRow[]>`
      SELECT m.id AS "manifestId", i.id AS "imageId", t.name AS tag, i.platform
        FROM manifest m JOIN manifest_image mi ON mi.manifest_id = m.id JOIN image i ON i.id = mi.image_id
        LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
       WHERE m.repository_id = ${repositoryId} AND m.deleted_at IS NULL AND i.platform IS NOT NULL`;
    return excludedPlatforms(rules, { repository, rows, now: new Date() });
  }

  private async write(
    tx: Transaction,
    { repositoryId, decided, platforms }: { repositoryId: number; decided: string; platforms: string },
  ): Promise<void> {
    await tx.$executeRaw`
      UPDATE tag t SET excluded_by = d.rule
        FROM jsonb_to_recordset(${decided}::jsonb) AS d("tagId" int, rule text)
       WHERE t.id = d."tagId" AND t.excluded_by IS DISTINCT FROM d.rule`;
    // A manifest is out when it is out under each of its names.
    await tx.$executeRaw`
      UPDATE manifest m SET excluded_by = d.rule
        FROM (SELECT "manifestId" AS id, CASE WHEN bool_and(rule IS NOT NULL) THEN min(rule) END AS rule
                FROM jsonb_to_recordset(${decided}::jsonb) AS e("manifestId" int, rule text) GROUP BY 1) d
       WHERE m.id = d.id AND m.excluded_by IS DISTINCT FROM d.rule`;
    await tx.$executeRaw`
      UPDATE manifest_image mi SET excluded_by = d.rule
        FROM (SELECT mi.manifest_id, mi.image_id, p.rule
                FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id AND m.repository_id = ${repositoryId}
                LEFT JOIN jsonb_to_recordset(${platforms}::jsonb) AS p("manifestId" int, "imageId" int, rule text)
                  ON p."manifestId" = mi.manifest_id AND p."imageId" = mi.image_id) d
       WHERE mi.manifest_id = d.manifest_id AND mi.image_id = d.image_id AND mi.excluded_by IS DISTINCT FROM d.rule`;
  }

  private async clear(tx: Transaction, repositoryId: number): Promise<void> {
    const where = { repositoryId, excludedBy: { not: null } };
    await tx.tag.updateMany({ where, data: { excludedBy: null } });
    await tx.manifest.updateMany({ where, data: { excludedBy: null } });
    await tx.manifestImage.updateMany({
      where: { manifest: { repositoryId }, excludedBy: { not: null } },
      data: { excludedBy: null },
    });
  }
}
