-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "lane" TEXT NOT NULL DEFAULT 'backfill';

UPDATE "scan" SET "lane" = "cause" WHERE "cause" IN ('push', 'user');
