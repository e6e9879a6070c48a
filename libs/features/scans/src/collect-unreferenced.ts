import { Inject, Injectable } from '@nestjs/common';
import { deleteInBatches, type Database } from '@tidewaiter/db';
import { holdSummaries } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';

export interface Collected {
  readonly images: number;
  readonly parts: number;
  readonly layers: number;
}

/** Rows deleted in one transaction: nobody waits long for the locks of one. */
const batchSize = 500;

/**
 * Deletes what is known of images that no registry has had for so many days, and then the parts and the layers that no image is
 * made of any more. Whoever records one of them at the same time either keeps it or does his work again.
 */
@Injectable()
export class CollectUnreferenced {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async collect(days: number): Promise<Collected> {
    const images = await deleteInBatches(batchSize, () => this.collectImages(days));
    const parts = await deleteInBatches(batchSize, () => this.collectParts());
    return { images, parts, layers: await this.collectLayers(days) };
  }

  private async collectImages(days: number): Promise<number> {
    return this.database.$transaction(async (tx) => {
      await holdSummaries(tx);
      const rows = await tx.$queryRaw<{ id: number }[]>`
        SELECT i.id FROM image i
         WHERE i.scanned_at < now() - make_interval(days => ${days}::int)
           AND NOT EXISTS (
             SELECT FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
               JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
              WHERE mi.image_id = i.id
                AND coalesce(least(m.deleted_at, g.removed_at), 'infinity') >= now() - make_interval(days => ${days}::int))
         ORDER BY i.id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`;
      const ids = rows.map(({ id }) => id);
      await tx.manifestImage.deleteMany({ where: { imageId: { in: ids } } });
      await tx.image.deleteMany({ where: { id: { in: ids } } });
      return ids.length;
    });
  }

  private collectParts(): Promise<number> {
    return this.database.$transaction(async (tx) => {
      await holdSummaries(tx);
      return tx.$executeRaw`
        DELETE FROM inventory_part WHERE id IN (
          SELECT p.id FROM inventory_part p WHERE NOT EXISTS (SELECT FROM image_part ip WHERE ip.part_id = p.id)
           ORDER BY p.id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED)`;
    });
  }

  /** The key of a layer begins with its diffID. A layer that is read again and again is kept for as long as it is in an image. */
  private collectLayers(days: number): Promise<number> {
    return this.database.$executeRaw`
      DELETE FROM layer_evidence e
       WHERE e.created_at < now() - make_interval(days => ${days}::int)
         AND split_part(e.key, ' ', 1) NOT IN (
           SELECT layer->>'diffId' FROM image i, jsonb_array_elements(i.layers) layer WHERE layer->>'diffId' IS NOT NULL)`;
  }
}
