import { Inject, Injectable } from '@nestjs/common';
import { jsonbText, type Database } from '@tidewaiter/db';
import { isRefusal, RegistryAccess, type RepositoryContent } from '@tidewaiter/features/registries';
import { recordDeleted, recordListed, recordUntagged, withRepository } from '@tidewaiter/features/scans';
import { UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { knownContent, type KnownContent } from './known-content';

/** A repository of a registry, both by the names that people use. */
export interface Place {
  readonly registryId: number;
  readonly registry: string;
  readonly repository: string;
}

export interface Comparison {
  readonly repositoryId: number;
  readonly isUnchanged: boolean;
  /** Seen in the registry; of an unchanged repository, the known ones. */
  readonly tags: number;
  readonly moved: number;
  /** Tags and manifests. */
  readonly deleted: number;
  /** Where moved tags pointed before, by the id of the manifest they point to now. */
  readonly cameFrom: ReadonlyMap<number, TagMove>;
  /** When the registry was asked; undefined when there is nothing left to compare. */
  readonly comparedAt: Date | undefined;
  /** In the registry's words, the state that the rows are of; undefined when it moved on in between. */
  readonly mark: string | undefined;
}

export interface TagMove {
  readonly tag: string;
  readonly previousManifestId: number | null;
}

/** Rows written in one transaction, during which nobody else writes to the repository. */
const chunkSize = 100;
const manifestChunkSize = 2_000;
/** A tag that moves each time it is asked for is left to the next walk. */
const rounds = 3;

/**
 * Makes the rows of one repository what its registry has. The rows are read before the registry is, so whatever the registry
 * lists is newer; a row that changed meanwhile is not touched, but asked for again. What is missing from a list is asked for
 * by name before it counts as gone: lists are read page by page, and leave out what is locked against listing.
 */
@Injectable()
export class CompareRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly access: RegistryAccess,
  ) {}

  async compare(place: Place, { isFull }: { readonly isFull: boolean }, attempt = 1): Promise<Comparison> {
    const known = await knownContent(this.database, await this.repositoryId(place));
    const [{ now }] = await this.database.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`;
    const mark = await this.unlessGone(() => this.access.repositoryMark(place.registry, place.repository));
    if (mark === gone) return this.forget(place, known, { comparedAt: now, attempt });
    if (!isFull && mark !== undefined && mark === known.mark) {
      const nothing = { moved: 0, deleted: 0, cameFrom: new Map() };
      const tags = known.tags.size;
      return { repositoryId: known.repositoryId, isUnchanged: true, tags, ...nothing, comparedAt: now, mark };
    }
    const content = await this.unlessGone(() => this.access.repositoryContent(place.registry, place.repository));
    if (content === gone) return this.forget(place, known, { comparedAt: now, attempt });
    await this.recordManifests(known, content);
    const differences = [...content.tags].filter(([tag, { digest }]) => known.tags.get(tag) !== digest);
    const missing = await this.missing(place, known, { content, isFull });
    for (const [tag, digest] of missing.found) differences.push([tag, { digest }]);
    const wanted = new Map(differences.map(([tag, { digest }]) => [tag, digest]));
    const { moved, contested, cameFrom } = await this.recordTags(place, known, { wanted, seenAt: now });
    const deleted = await this.recordGone(place, known, missing);
    await this.recordPushTimes(known, content);
    const tags = content.tags.size + missing.found.size;
    const seen = { isUnchanged: false, tags, moved, deleted, cameFrom };
    return { repositoryId: known.repositoryId, ...seen, comparedAt: now, mark: contested ? undefined : mark };
  }

  private async repositoryId({ registryId, repository: name }: Place): Promise<number> {
    await this.database.repository.createMany({ data: { registryId, name }, skipDuplicates: true });
    const where = { registryId_name: { registryId, name } };
    return (await this.database.repository.findUniqueOrThrow({ where, select: { id: true } })).id;
  }

  private async unlessGone<T>(ask: () => Promise<T>): Promise<T | typeof gone> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UserError && error.code === 'repository-unknown') return gone;
      throw error;
    }
  }

  /** The registry has no such repository; what was pushed since the rows were read is not known to be gone. */
  private async forget(
    place: Place,
    known: KnownContent,
    { comparedAt, attempt }: { readonly comparedAt: Date; readonly attempt: number },
  ): Promise<Comparison> {
    const { repositoryId } = known;
    const deleted = await withRepository(this.database, repositoryId, async (tx) => {
      const count = await recordDeleted(tx, { ...place, digests: [...known.manifests], source: 'reconcile' });
      await tx.$executeRaw`
        UPDATE repository r SET deleted_at = coalesce(deleted_at, now()), compared_at = ${comparedAt}, catalogue_mark = NULL
         WHERE id = ${repositoryId}
           AND NOT EXISTS (SELECT FROM manifest m WHERE m.repository_id = r.id AND m.deleted_at IS NULL)`;
      return count;
    });
    // Pushed anew in the meantime: what an event told was just forgotten, and is found again.
    const isBack = (await this.unlessGone(() => this.access.repositoryMark(place.registry, place.repository))) !== gone;
    if (isBack && attempt < rounds) return this.compare(place, { isFull: true }, attempt + 1);
    const nothing = { isUnchanged: false, tags: 0, moved: 0, cameFrom: new Map() };
    return { repositoryId, ...nothing, deleted, comparedAt: undefined, mark: undefined };
  }

  /** Those that the registry lists; tags make their manifests where it lists none. */
  private async recordManifests({ repositoryId }: KnownContent, { manifests }: RepositoryContent): Promise<void> {
    const listed = [...(manifests ?? [])].map(([digest, about]) => ({ digest, ...about }));
    for (let start = 0; start < listed.length; start += manifestChunkSize) {
      const document = jsonbText(listed.slice(start, start + manifestChunkSize));
      await withRepository(
        this.database,
        repositoryId,
        (tx) => tx.$executeRaw`
          INSERT INTO manifest (repository_id, digest, artifact_type, platform, pushed_at)
          SELECT ${repositoryId}, l.digest, l."artifactType", l.platform, l."pushedAt"
            FROM jsonb_to_recordset(${document}::jsonb)
                 AS l(digest text, "artifactType" text, platform text, "pushedAt" text)
          ON CONFLICT (repository_id, digest) DO UPDATE
             SET artifact_type = excluded.artifact_type, platform = excluded.platform, pushed_at = excluded.pushed_at,
                 deleted_at = NULL
           WHERE (manifest.artifact_type, manifest.platform, manifest.pushed_at, manifest.deleted_at)
                 IS DISTINCT FROM (excluded.artifact_type, excluded.platform, excluded.pushed_at, NULL)`,
      );
    }
  }

  private async recordPushTimes({ repositoryId }: KnownContent, { tags }: RepositoryContent): Promise<void> {
    const listed = [...tags].flatMap(([name, { pushedAt }]) => (pushedAt === undefined ? [] : [{ name, pushedAt }]));
    if (listed.length === 0) return;
    await withRepository(
      this.database,
      repositoryId,
      (tx) => tx.$executeRaw`
        UPDATE tag t SET pushed_at = l."pushedAt"
          FROM jsonb_to_recordset(${jsonbText(listed)}::jsonb) AS l(name text, "pushedAt" text)
         WHERE t.repository_id = ${repositoryId} AND t.name = l.name AND t.pushed_at IS DISTINCT FROM l."pushedAt"`,
    );
  }

  /** What the rows have and the list has not, each asked for by name. */
  private async missing(
    { registry, repository }: Place,
    known: KnownContent,
    { content, isFull }: { readonly content: RepositoryContent; readonly isFull: boolean },
  ): Promise<Missing> {
    const ask = async (reference: string): Promise<string | undefined> => {
      try {
        return await this.access.resolveTag(registry, { repository, tag: reference, lane: 'backfill' });
      } catch (error) {
        // What may not be read is there.
        if (isRefusal(error)) return known.tags.get(reference) ?? reference;
        throw error;
      }
    };
    const found = new Map<string, string>();
    const tags: string[] = [];
    for (const tag of known.tags.keys()) {
      if (content.tags.has(tag)) continue;
      const digest = await ask(tag);
      if (digest === undefined) tags.push(tag);
      else found.set(tag, digest);
    }
    const tagged = new Set([...content.tags.values()].map(({ digest }) => digest));
    const manifests: string[] = [];
    for (const digest of known.manifests) {
      // A registry that lists tags only has to be asked for each of the others, so only now and then.
      const isListed = content.manifests === undefined ? !isFull || tagged.has(digest) : content.manifests.has(digest);
      if (!isListed && !tagged.has(digest) && (await ask(digest)) === undefined) manifests.push(digest);
    }
    return { found, tags, manifests };
  }

  private async recordTags(
    place: Place,
    known: KnownContent,
    { wanted, seenAt }: { readonly wanted: ReadonlyMap<string, string>; readonly seenAt: Date },
  ): Promise<{ moved: number; contested: boolean; cameFrom: ReadonlyMap<number, TagMove> }> {
    const cameFrom = new Map<number, TagMove>();
    let moved = 0;
    let before: ReadonlyMap<string, string> = known.tags;
    let open = [...wanted];
    for (let round = 0; round < rounds && open.length > 0; round += 1) {
      const contested: string[] = [];
      for (let start = 0; start < open.length; start += chunkSize) {
        const chunk = open.slice(start, start + chunkSize);
        const result = await this.recordChunk(place, { chunk, before, cameFrom, seenAt });
        moved += result.moved;
        contested.push(...result.contested);
      }
      // Somebody else wrote of these since the rows were read: the registry is asked again, after the rows.
      before = (await knownContent(this.database, known.repositoryId)).tags;
      open = [];
      for (const tag of contested) {
        const digest = await this.access.resolveTag(place.registry, {
          repository: place.repository,
          tag,
          lane: 'backfill',
        });
        if (digest !== undefined && before.get(tag) !== digest) open.push([tag, digest]);
      }
    }
    return { moved, contested: open.length > 0, cameFrom };
  }

  private async recordChunk(
    { registryId, repository }: Place,
    {
      chunk,
      before,
      cameFrom,
      seenAt,
    }: {
      readonly chunk: readonly (readonly [string, string])[];
      readonly before: ReadonlyMap<string, string>;
      readonly cameFrom: Map<number, TagMove>;
      readonly seenAt: Date;
    },
  ): Promise<{ moved: number; contested: readonly string[] }> {
    return this.database.$transaction(async (tx) => {
      const contested: string[] = [];
      let moved = 0;
      for (const [tag, digest] of chunk) {
        const expected = before.get(tag);
        const seen = { registryId, repository, digest, tag, source: 'reconcile', seenAt } as const;
        const sighting = await recordListed(tx, { ...seen, expected });
        if (sighting === undefined) contested.push(tag);
        else if (sighting.isNews) {
          moved += 1;
          cameFrom.set(sighting.manifestId, { tag, previousManifestId: sighting.previousManifestId });
        }
      }
      return { moved, contested };
    });
  }

  private async recordGone(place: Place, known: KnownContent, { tags, manifests }: Missing): Promise<number> {
    if (tags.length + manifests.length === 0) return 0;
    return withRepository(this.database, known.repositoryId, async (tx) => {
      const gone = { ...place, source: 'reconcile' } as const;
      const deleted = await recordDeleted(tx, { ...gone, digests: manifests });
      // Those on a deleted manifest are gone by now.
      const left = tags.map((name) => ({ name, from: known.tags.get(name) ?? '' }));
      return deleted + (await recordUntagged(tx, { ...gone, tags: left }));
    });
  }

  /** Everything that follows from the comparison is done: a walk that goes on does not come back to this repository. */
  async noteDone({ repositoryId, comparedAt, mark }: Comparison): Promise<void> {
    if (comparedAt === undefined) return;
    await this.database.repository.update({
      where: { id: repositoryId },
      data: {
        comparedAt,
        catalogueMark: mark ?? null,
        accessLostAt: null,
        accessProblemCode: null,
        accessProblem: null,
      },
    });
  }
}

const gone = Symbol('gone');

interface Missing {
  /** Tags that no list has and that are there all the same, with what they point to. */
  readonly found: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly manifests: readonly string[];
}
