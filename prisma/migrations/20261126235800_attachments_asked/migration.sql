-- AlterTable
ALTER TABLE "manifest" ADD COLUMN     "attachments_asked_at" TIMESTAMPTZ(3);
