-- AlterTable
ALTER TABLE "alias_change" DROP CONSTRAINT "alias_change_pkey",
ADD COLUMN     "run" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "source_id" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "alias_change_pkey" PRIMARY KEY ("name", "source_id");
