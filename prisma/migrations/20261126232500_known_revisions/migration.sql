-- Of rows that are there it is not known: the default comes afterwards.
ALTER TABLE "advisory" ADD COLUMN     "known_from" TIMESTAMPTZ(3);
ALTER TABLE "advisory" ALTER COLUMN "known_from" SET DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE "advisory_vulnerability" ADD COLUMN     "known_from" TIMESTAMPTZ(3);
ALTER TABLE "advisory_vulnerability" ALTER COLUMN "known_from" SET DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "advisory_revision" (
    "advisory_id" INTEGER NOT NULL,
    "known_from" TIMESTAMPTZ(3),
    "known_until" TIMESTAMPTZ(3) NOT NULL,
    "modified" TEXT NOT NULL,
    "published" TEXT,
    "withdrawn" TEXT,
    "summary" TEXT,
    "severities" JSONB NOT NULL,
    "references" TEXT[],
    "affected" JSONB,

    CONSTRAINT "advisory_revision_pkey" PRIMARY KEY ("advisory_id","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "advisory_revision_default" PARTITION OF "advisory_revision" DEFAULT;

-- CreateTable
CREATE TABLE "past_advisory_vulnerability" (
    "vulnerability_id" INTEGER NOT NULL,
    "advisory_id" INTEGER NOT NULL,
    "known_from" TIMESTAMPTZ(3),
    "known_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "past_advisory_vulnerability_pkey" PRIMARY KEY ("vulnerability_id","advisory_id","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "past_advisory_vulnerability_default" PARTITION OF "past_advisory_vulnerability" DEFAULT;

-- CreateTable
CREATE TABLE "match_revision" (
    "match_id" BIGINT NOT NULL,
    "known_until" TIMESTAMPTZ(3) NOT NULL,
    "advisory_id" INTEGER NOT NULL,
    "also" JSONB NOT NULL,
    "reason" TEXT,
    "severity" TEXT NOT NULL,
    "severity_source" TEXT,
    "score" REAL,
    "fixed_in" TEXT,
    "fix_state" TEXT,
    "fix_channel" TEXT,
    "malicious" BOOLEAN NOT NULL,
    "headers_only" BOOLEAN NOT NULL,
    "evidence" JSONB,

    CONSTRAINT "match_revision_pkey" PRIMARY KEY ("match_id","known_until")
) PARTITION BY RANGE ("known_until");

CREATE TABLE "match_revision_default" PARTITION OF "match_revision" DEFAULT;

-- CreateTable
CREATE TABLE "kept_since" (
    "subject" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kept_since_pkey" PRIMARY KEY ("subject")
);

-- What changed in place before: a transition has the severity and the version with the fix from before it. Only of a fix that came
-- later is it known how the match stood before: there was none.
INSERT INTO "match_revision" ("match_id", "known_until", "advisory_id", "also", "reason", "severity", "severity_source", "score",
       "fixed_in", "fix_state", "fix_channel", "malicious", "headers_only", "evidence")
SELECT DISTINCT ON (m."id", t."at") m."id", t."at", m."advisory_id", m."also", m."reason", t."detail"->'before'->>'severity',
       m."severity_source", m."score", t."detail"->'before'->>'fixedIn',
       CASE WHEN t."detail"->'before'->>'fixedIn' IS NULL AND m."fixed_in" IS NOT NULL THEN 'not-fixed' ELSE m."fix_state" END,
       m."fix_channel", m."malicious", m."headers_only", m."evidence"
  FROM "transition" t
  JOIN "match" m ON m."package_id" = t."package_id" AND m."vulnerability_id" = t."vulnerability_id" AND m."opened_at" <= t."at"
                AND (m."closed_at" IS NULL OR t."at" < m."closed_at")
 WHERE t."kind" IN ('severity-changed', 'fix-available') AND t."detail"->'before'->>'severity' IS NOT NULL
 ORDER BY m."id", t."at", t."id";
