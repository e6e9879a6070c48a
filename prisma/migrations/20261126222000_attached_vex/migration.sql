-- CreateTable
CREATE TABLE "attached_vex" (
    "id" SERIAL NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "subject_digest" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "is_believed" BOOLEAN NOT NULL,

    CONSTRAINT "attached_vex_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "attached_vex_subject_digest_idx" ON "attached_vex"("subject_digest");

-- CreateIndex
CREATE UNIQUE INDEX "attached_vex_repository_id_subject_digest_digest_key" ON "attached_vex"("repository_id", "subject_digest", "digest");

-- AlterTable
ALTER TABLE "image_suppression" ADD COLUMN     "match_ids" BIGINT[] DEFAULT ARRAY[]::BIGINT[];

-- AlterTable
ALTER TABLE "vex_statement" ADD COLUMN     "attached_vex_id" INTEGER,
ADD COLUMN     "feed_id" TEXT;

-- There was one source of statements.
UPDATE "vex_statement" SET "feed_id" = 'vex' WHERE EXISTS (SELECT FROM "feed" WHERE "id" = 'vex');

-- Which findings are suppressed was not kept: all are looked at once more.
INSERT INTO "unvouched_image" ("image_id") SELECT "image_id" FROM "image_suppression" ON CONFLICT DO NOTHING;

-- CreateIndex
CREATE INDEX "image_suppression_match_ids_idx" ON "image_suppression" USING GIN ("match_ids");

-- CreateIndex
CREATE INDEX "vex_statement_feed_id_idx" ON "vex_statement"("feed_id");

-- CreateIndex
CREATE INDEX "vex_statement_attached_vex_id_idx" ON "vex_statement"("attached_vex_id");

-- AddForeignKey
ALTER TABLE "attached_vex" ADD CONSTRAINT "attached_vex_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vex_statement" ADD CONSTRAINT "vex_statement_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vex_statement" ADD CONSTRAINT "vex_statement_attached_vex_id_fkey" FOREIGN KEY ("attached_vex_id") REFERENCES "attached_vex"("id") ON DELETE CASCADE ON UPDATE CASCADE;
