-- AlterTable
ALTER TABLE "feed" ADD COLUMN     "last_ended_at" TIMESTAMPTZ(3);

-- What came of the last attempt is not known; those that are planned next are.
UPDATE "feed" SET "last_ended_at" = CURRENT_TIMESTAMP;
