-- AlterTable
ALTER TABLE "part_summary" ADD COLUMN "round" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "image_rank" (
    "image_id" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,

    CONSTRAINT "image_rank_pkey" PRIMARY KEY ("image_id")
);

-- CreateTable
CREATE TABLE "image_drift" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "gained_critical" BIGINT NOT NULL DEFAULT 0,
    "gained_high" BIGINT NOT NULL DEFAULT 0,
    "gained_medium" BIGINT NOT NULL DEFAULT 0,
    "gained_low" BIGINT NOT NULL DEFAULT 0,
    "lost_critical" BIGINT NOT NULL DEFAULT 0,
    "lost_high" BIGINT NOT NULL DEFAULT 0,
    "lost_medium" BIGINT NOT NULL DEFAULT 0,
    "lost_low" BIGINT NOT NULL DEFAULT 0,
    "round" INTEGER NOT NULL DEFAULT 1,
    "ranked" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "image_drift_pkey" PRIMARY KEY ("id")
);

-- Of the images that are there already.
INSERT INTO "image_rank"
SELECT r.image_id,
       coalesce(p.critical, 0) - r.critical - coalesce(o.critical, 0),
       coalesce(p.high, 0) - r.high - coalesce(o.high, 0),
       coalesce(p.medium, 0) - r.medium - coalesce(o.medium, 0),
       coalesce(p.low, 0) - r.low - coalesce(o.low, 0)
  FROM "image_repetition" r
  LEFT JOIN (
    SELECT ip.image_id, sum(s.critical) AS critical, sum(s.high) AS high, sum(s.medium) AS medium, sum(s.low) AS low
      FROM "image_part" ip JOIN "part_summary" s ON s.part_id = ip.part_id GROUP BY ip.image_id) p ON p.image_id = r.image_id
  LEFT JOIN "image_suppression" o ON o.image_id = r.image_id;

INSERT INTO "image_drift" DEFAULT VALUES;

-- CreateIndex
CREATE INDEX "image_rank_order" ON "image_rank"("critical", "high", "medium", "low", "image_id");

-- AddForeignKey
ALTER TABLE "image_rank" ADD CONSTRAINT "image_rank_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;
