-- AlterTable
ALTER TABLE "feed" ADD COLUMN     "retired_at" TIMESTAMPTZ(3);
