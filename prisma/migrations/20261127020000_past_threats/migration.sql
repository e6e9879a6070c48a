-- Of entries that are there it is not known: the default comes afterwards.
ALTER TABLE "known_exploited" ADD COLUMN     "known_from" TIMESTAMPTZ(3);
ALTER TABLE "known_exploited" ALTER COLUMN "known_from" SET DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE "epss_score" ADD COLUMN     "kept" REAL;
UPDATE "epss_score" SET "kept" = "probability";
ALTER TABLE "epss_score" ALTER COLUMN "kept" SET NOT NULL;

-- AlterTable
ALTER TABLE "vex_statement" ADD COLUMN     "known_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- What was there before this was kept has no past.
INSERT INTO "kept_since" ("subject", "since")
SELECT 'epss', CURRENT_TIMESTAMP WHERE EXISTS (SELECT FROM "epss_release")
UNION ALL SELECT 'vex', CURRENT_TIMESTAMP WHERE EXISTS (SELECT FROM "vex_statement");

-- Moves of a day, which left out the small ones however many there were: no score of the past can be told from them.
DROP TABLE "epss_change";

-- CreateTable
CREATE TABLE "past_epss_score" (
    "vulnerability" TEXT NOT NULL,
    "known_until" TIMESTAMPTZ(3) NOT NULL,
    "probability" REAL,

    CONSTRAINT "past_epss_score_pkey" PRIMARY KEY ("vulnerability","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "past_epss_score_default" PARTITION OF "past_epss_score" DEFAULT;

-- CreateTable
CREATE TABLE "past_known_exploited" (
    "vulnerability" TEXT NOT NULL,
    "known_from" TIMESTAMPTZ(3),
    "known_until" TIMESTAMPTZ(3) NOT NULL,
    "added_on" TEXT NOT NULL,
    "ransomware" BOOLEAN NOT NULL,

    CONSTRAINT "past_known_exploited_pkey" PRIMARY KEY ("vulnerability","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "past_known_exploited_default" PARTITION OF "past_known_exploited" DEFAULT;

-- CreateTable
CREATE TABLE "past_vex_statement" (
    "id" INTEGER NOT NULL,
    "known_from" TIMESTAMPTZ(3) NOT NULL,
    "known_until" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT,
    "repository_id" INTEGER,
    "subject_digest" TEXT,
    "is_believed" BOOLEAN NOT NULL,
    "document" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "timestamp" TEXT NOT NULL,
    "vulnerabilities" TEXT[],
    "status" TEXT NOT NULL,
    "justification" TEXT,
    "statement" TEXT,
    "products" JSONB NOT NULL,

    CONSTRAINT "past_vex_statement_pkey" PRIMARY KEY ("id","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "past_vex_statement_default" PARTITION OF "past_vex_statement" DEFAULT;

-- CreateIndex
CREATE INDEX "past_vex_statement_vulnerabilities_idx" ON "past_vex_statement" USING GIN ("vulnerabilities");
