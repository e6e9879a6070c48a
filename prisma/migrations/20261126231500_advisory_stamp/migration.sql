-- AlterTable
ALTER TABLE "advisory" ADD COLUMN     "stamp" TEXT;
