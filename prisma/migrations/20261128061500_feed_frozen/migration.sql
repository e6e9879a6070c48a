-- AlterTable
ALTER TABLE "feed" ADD COLUMN     "frozen" JSONB NOT NULL DEFAULT '{}';
