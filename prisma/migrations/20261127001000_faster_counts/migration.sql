-- Asked by package: only a few parts of an image repeat what another one has.
DROP INDEX "image_part_repeated";
CREATE INDEX "image_part_repeated" ON "image_part" USING GIN ("repeated") WHERE (repeated <> '{}');
ALTER INDEX "image_part_repeated" SET (fastupdate = off);

-- A package that many images hold changes the counts of them all at once: their new versions fit beside the old ones.
ALTER TABLE "image_summary" SET (fillfactor = 45);
