-- AlterTable
ALTER TABLE "notification" ADD COLUMN     "may_have_arrived" BOOLEAN NOT NULL DEFAULT false;
