-- AlterTable
ALTER TABLE "registry" ADD COLUMN     "protected_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "scope" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "repository" ADD COLUMN     "access_lost_at" TIMESTAMPTZ(3),
ADD COLUMN     "access_problem" TEXT,
ADD COLUMN     "access_problem_code" TEXT,
ADD COLUMN     "catalogue_mark" TEXT,
ADD COLUMN     "compared_at" TIMESTAMPTZ(3),
ADD COLUMN     "deleted_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tag" ADD COLUMN     "excluded_by" TEXT,
ADD COLUMN     "pushed_at" TEXT;

-- AlterTable
ALTER TABLE "manifest" ADD COLUMN     "artifact_type" TEXT,
ADD COLUMN     "excluded_by" TEXT,
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "platform" TEXT,
ADD COLUMN     "pushed_at" TEXT,
ADD COLUMN     "retry_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "manifest_image" ADD COLUMN     "excluded_by" TEXT;

-- CreateTable
CREATE TABLE "tag_observation" (
    "id" BIGSERIAL NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "tag" TEXT NOT NULL,
    "digest" TEXT,
    "source" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "alert" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "tag_observation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reconcile_run" (
    "id" UUID NOT NULL,
    "registry_id" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "is_full" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "owner" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "cursor" TEXT,
    "resumed" INTEGER NOT NULL DEFAULT 0,
    "repositories" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "tags" INTEGER NOT NULL DEFAULT 0,
    "moved" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "requested" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "problem_code" TEXT,
    "problem" TEXT,

    CONSTRAINT "reconcile_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "tag_observation_repository_id_tag_id_idx" ON "tag_observation"("repository_id", "tag", "id");

-- CreateIndex
CREATE INDEX "tag_observation_alert" ON "tag_observation"("id") WHERE (alert);

-- CreateIndex
CREATE UNIQUE INDEX "reconcile_run_open_key" ON "reconcile_run"("registry_id") WHERE (finished_at IS NULL);

-- CreateIndex
CREATE INDEX "reconcile_run_registry_id_started_at_idx" ON "reconcile_run"("registry_id", "started_at" DESC);

-- CreateIndex
CREATE INDEX "manifest_retry" ON "manifest"("retry_at") WHERE (retry_at IS NOT NULL);

-- AddForeignKey
ALTER TABLE "tag_observation" ADD CONSTRAINT "tag_observation_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconcile_run" ADD CONSTRAINT "reconcile_run_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What tags point to now is the beginning of their timelines.
INSERT INTO tag_observation (repository_id, tag, digest, source, first_seen_at, last_seen_at)
SELECT t.repository_id, t.name, m.digest, 'reconcile', t.moved_at, t.moved_at
  FROM tag t JOIN manifest m ON m.id = t.manifest_id WHERE t.deleted_at IS NULL;
