import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { linkImages } from './link-images';
import type { PlatformScope } from './platform-scope';

/** The images a manifest leads to, as another scan of the same digest recorded them. */
export interface KnownImages {
  readonly mediaType: string;
  /** In the order of their digests. */
  readonly imageIds: readonly number[];
  /** Of those that are images. */
  readonly digests: readonly string[];
}

/**
 * What is known of a digest, whatever repository it was read in: its bytes never change. Undefined when it is not known whole,
 * or was read by other extractors, where the scope does not leave its platform out; and for what holds no image: reading it costs a document, and it may be attached to something
 * in just this repository.
 */
export async function knownImages(
  database: Database,
  { digest, inventoryKey, scope }: { digest: string; inventoryKey: string; scope: PlatformScope },
): Promise<KnownImages | undefined> {
  const isKnown = Prisma.sql`(i.state IN ('scanned', 'unsupported') AND i.inventory_key = ${inventoryKey})`;
  const [known] = await database.$queryRaw<(KnownImages & { missing: string[] })[]>`
    SELECT m.media_type AS "mediaType", array_agg(i.id ORDER BY i.digest) AS "imageIds", coalesce(array_agg(i.digest ORDER BY i.digest) FILTER (WHERE i.state = 'scanned'), '{}') AS digests,
           coalesce(array_agg(i.platform) FILTER (WHERE NOT ${isKnown}), '{}') AS missing
      FROM manifest m JOIN manifest_image mi ON mi.manifest_id = m.id JOIN image i ON i.id = mi.image_id
     WHERE m.digest = ${digest} AND m.media_type IS NOT NULL
     GROUP BY m.id
    HAVING bool_and(${isKnown} OR i.platform IS NOT NULL) AND bool_or(i.state = 'scanned')
     ORDER BY count(*) FILTER (WHERE NOT ${isKnown})
     LIMIT 1`;
  return known?.missing.every((platform) => scope(platform) !== undefined) === true ? known : undefined;
}

/** Makes the manifest lead to them too. Their rows are locked in the order of digests, as by whoever records them. */
export async function linkKnown(
  tx: Transaction,
  { manifestId, mediaType, imageIds }: Omit<KnownImages, 'digests'> & { readonly manifestId: number },
): Promise<void> {
  await tx.$queryRaw`SELECT id FROM image WHERE id = ANY(${[...imageIds]}::int[]) ORDER BY digest FOR NO KEY UPDATE`;
  await linkImages(tx, { manifestId, mediaType, imageIds });
}
