-- DropIndex
DROP INDEX "image_part_part_id_idx";

-- CreateIndex
CREATE INDEX "image_part_part_id_image_id_idx" ON "image_part"("part_id", "image_id");
