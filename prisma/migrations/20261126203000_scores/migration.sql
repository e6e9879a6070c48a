-- AlterTable
ALTER TABLE "match" ADD COLUMN     "severity_source" TEXT;

-- AlterTable
ALTER TABLE "vulnerability" ADD COLUMN     "scores" JSONB NOT NULL DEFAULT '[]';
