-- AlterTable
ALTER TABLE "request_budget" ADD COLUMN     "kept_from" TIMESTAMPTZ(3),
ADD COLUMN     "kept_until" TIMESTAMPTZ(3);
