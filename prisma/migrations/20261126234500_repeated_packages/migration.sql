-- AlterTable
ALTER TABLE "image_part" ADD COLUMN     "repeated" INTEGER[] DEFAULT ARRAY[]::INTEGER[];

-- CreateIndex
CREATE INDEX "image_part_repeated" ON "image_part"("part_id") WHERE (repeated <> '{}');

-- Of the images that are there already.
UPDATE image_part ip SET repeated = r.ids
  FROM (
    SELECT image_id, part_id, layer_index, array_agg(package_id ORDER BY package_id) AS ids
      FROM (
        SELECT ip.image_id, ip.part_id, ip.layer_index, k.id AS package_id,
               row_number() OVER (PARTITION BY ip.image_id, k.id ORDER BY ip.layer_index, ip.part_id) AS nth
          FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id CROSS JOIN LATERAL unnest(p.package_ids) k(id)) held
     WHERE nth > 1 GROUP BY image_id, part_id, layer_index) r
 WHERE ip.image_id = r.image_id AND ip.part_id = r.part_id AND ip.layer_index = r.layer_index;
