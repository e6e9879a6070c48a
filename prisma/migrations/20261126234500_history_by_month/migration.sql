-- The rows that are there become the first partition as they are, up to the end of this month; none is copied.
ALTER TABLE "transition" RENAME TO "transition_before";
ALTER TABLE "transition_before" DROP CONSTRAINT "transition_pkey";
ALTER INDEX "transition_at_idx" RENAME TO "transition_before_at_idx";
ALTER INDEX "transition_package_id_idx" RENAME TO "transition_before_package_id_idx";

CREATE TABLE "transition" (
    "id" BIGINT NOT NULL DEFAULT nextval('transition_id_seq'),
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "package_id" INTEGER NOT NULL,
    "vulnerability_id" INTEGER NOT NULL,
    "cause" JSONB NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "transition_pkey" PRIMARY KEY ("id", "at")
) PARTITION BY RANGE ("at");

ALTER SEQUENCE "transition_id_seq" OWNED BY "transition"."id";

-- CreateIndex
CREATE INDEX "transition_at_idx" ON "transition"("at");

-- CreateIndex
CREATE INDEX "transition_package_id_idx" ON "transition"("package_id");

CREATE TABLE "transition_default" PARTITION OF "transition" DEFAULT;

DO $$
DECLARE
  last_at TIMESTAMPTZ := (SELECT max("at") FROM "transition_before");
BEGIN
  IF last_at IS NULL THEN
    DROP TABLE "transition_before";
  ELSE
    EXECUTE format(
      'ALTER TABLE "transition" ATTACH PARTITION "transition_before" FOR VALUES FROM (MINVALUE) TO (%L)',
      (date_trunc('month', greatest(last_at, now()) AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
  END IF;
END $$;

-- CreateIndex
CREATE INDEX "match_closed" ON "match"("closed_at") WHERE (closed_at IS NOT NULL);
