-- AlterTable
ALTER TABLE "match" ADD COLUMN     "stands_from" TIMESTAMPTZ(3);
