-- One that goes either way as a whole: newest first is by both columns downwards.
DROP INDEX "image_scanned_at_id_idx";
CREATE INDEX "image_scanned_at_id_idx" ON "image"("scanned_at", "id");
