-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "cancelled_by" TEXT;
