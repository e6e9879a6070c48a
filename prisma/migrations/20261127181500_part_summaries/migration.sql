-- CreateTable
CREATE TABLE "part_summary" (
    "part_id" INTEGER NOT NULL,
    "packages" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,
    "negligible" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "undetermined" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "part_summary_pkey" PRIMARY KEY ("part_id")
);

-- CreateTable
CREATE TABLE "image_repetition" (
    "image_id" INTEGER NOT NULL,
    "packages" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,
    "negligible" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "undetermined" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_repetition_pkey" PRIMARY KEY ("image_id")
);

-- AddForeignKey
ALTER TABLE "part_summary" ADD CONSTRAINT "part_summary_part_id_fkey" FOREIGN KEY ("part_id") REFERENCES "inventory_part"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_repetition" ADD CONSTRAINT "image_repetition_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Many parts change at once: their new versions fit beside the old ones.
ALTER TABLE "part_summary" SET (fillfactor = 45);

-- Of the parts and images that are there already.
INSERT INTO "part_summary"
SELECT p.id, cardinality(p.package_ids), s.critical, s.high, s.medium, s.low, s.negligible, s.unknown, s.undetermined, s.fixable, now()
  FROM "inventory_part" p
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(k.critical), 0),
          coalesce(sum(k.high), 0),
          coalesce(sum(k.medium), 0),
          coalesce(sum(k.low), 0),
          coalesce(sum(k.negligible), 0),
          coalesce(sum(k.unknown), 0),
          coalesce(sum(k.undetermined), 0),
          coalesce(sum(k.fixable), 0)
     FROM unnest(p.package_ids) AS held(id) LEFT JOIN "package_summary" k ON k.package_id = held.id
 ) AS s(critical, high, medium, low, negligible, unknown, undetermined, fixable);

INSERT INTO "image_repetition"
SELECT i.image_id, s.packages, s.critical, s.high, s.medium, s.low, s.negligible, s.unknown, s.undetermined, s.fixable, i.updated_at
  FROM "image_summary" i
 CROSS JOIN LATERAL (
   SELECT count(held.id), coalesce(sum(k.critical), 0),
          coalesce(sum(k.high), 0),
          coalesce(sum(k.medium), 0),
          coalesce(sum(k.low), 0),
          coalesce(sum(k.negligible), 0),
          coalesce(sum(k.unknown), 0),
          coalesce(sum(k.undetermined), 0),
          coalesce(sum(k.fixable), 0)
     FROM "image_part" ip CROSS JOIN LATERAL unnest(ip.repeated) AS held(id) LEFT JOIN "package_summary" k ON k.package_id = held.id
    WHERE ip.image_id = i.image_id
 ) AS s(packages, critical, high, medium, low, negligible, unknown, undetermined, fixable);

-- DropForeignKey
ALTER TABLE "image_summary" DROP CONSTRAINT "image_summary_image_id_fkey";

-- DropTable
DROP TABLE "image_summary";
