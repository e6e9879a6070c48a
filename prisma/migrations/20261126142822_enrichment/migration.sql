-- AlterTable
ALTER TABLE "vulnerability" ADD COLUMN     "epss" REAL,
ADD COLUMN     "epss_percentile" REAL,
ADD COLUMN     "exploited_since" TEXT,
ADD COLUMN     "ransomware" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "match" ADD COLUMN     "epss" REAL NOT NULL DEFAULT -1,
ADD COLUMN     "exploited" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "risk" REAL NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "known_exploited" (
    "vulnerability" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "added_on" TEXT NOT NULL,
    "due_on" TEXT,
    "ransomware" BOOLEAN NOT NULL,

    CONSTRAINT "known_exploited_pkey" PRIMARY KEY ("vulnerability")
);

-- CreateTable
CREATE TABLE "epss_score" (
    "vulnerability" TEXT NOT NULL,
    "probability" REAL NOT NULL,
    "percentile" REAL NOT NULL,

    CONSTRAINT "epss_score_pkey" PRIMARY KEY ("vulnerability")
);

-- CreateTable
CREATE TABLE "epss_change" (
    "id" BIGSERIAL NOT NULL,
    "vulnerability" TEXT NOT NULL,
    "score_date" TEXT NOT NULL,
    "before" REAL NOT NULL,
    "after" REAL NOT NULL,

    CONSTRAINT "epss_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "epss_release" (
    "score_date" TEXT NOT NULL,
    "model_version" TEXT NOT NULL,
    "scores" INTEGER NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "epss_release_pkey" PRIMARY KEY ("score_date")
);

-- CreateTable
CREATE TABLE "product_cycle" (
    "product" TEXT NOT NULL,
    "cycle" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "is_over" BOOLEAN NOT NULL,
    "ends_on" TEXT,
    "extended_ends_on" TEXT,
    "latest" TEXT,
    "identifiers" JSONB NOT NULL,

    CONSTRAINT "product_cycle_pkey" PRIMARY KEY ("product","cycle")
);

-- CreateIndex
CREATE INDEX "epss_change_vulnerability_idx" ON "epss_change"("vulnerability");

-- CreateIndex
CREATE INDEX "match_open_by_risk" ON "match"("risk" DESC, "id" DESC) WHERE (closed_at IS NULL);

-- CreateIndex
CREATE INDEX "match_open_by_epss" ON "match"("epss" DESC, "id" DESC) WHERE (closed_at IS NULL);

-- CreateIndex
CREATE INDEX "match_open_by_severity" ON "match"("severity", "id" DESC) WHERE (closed_at IS NULL);

-- CreateIndex
CREATE INDEX "match_open_by_age" ON "match"("opened_at" DESC, "id" DESC) WHERE (closed_at IS NULL);
