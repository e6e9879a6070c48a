-- What was to be judged again under a key is to be judged by everything said under it.
ALTER TABLE "dirty_key" DROP CONSTRAINT "dirty_key_pkey";
ALTER TABLE "dirty_key" ADD COLUMN "vulnerability_id" INTEGER;
INSERT INTO "dirty_key" ("ecosystem", "name", "vulnerability_id", "cause", "since")
SELECT DISTINCT d."ecosystem", d."name", av."vulnerability_id", d."cause", d."since"
  FROM "dirty_key" d
  JOIN "package_key" k ON k."ecosystem" = d."ecosystem" AND k."name" = d."name"
  JOIN LATERAL (
    SELECT l."vulnerability_id" FROM "advisory_affected" f
      JOIN "advisory_vulnerability" l ON l."advisory_id" = f."advisory_id"
     WHERE f."ecosystem" = d."ecosystem" AND f."name" = d."name"
     UNION
    SELECT m."vulnerability_id" FROM "match" m WHERE m."package_id" = k."package_id" AND m."closed_at" IS NULL) av ON true;
DELETE FROM "dirty_key" WHERE "vulnerability_id" IS NULL;
ALTER TABLE "dirty_key" ALTER COLUMN "vulnerability_id" SET NOT NULL;
ALTER TABLE "dirty_key" ADD CONSTRAINT "dirty_key_pkey" PRIMARY KEY ("ecosystem", "name", "vulnerability_id");
