-- AlterTable
ALTER TABLE "package" ADD COLUMN     "lookup_revision" INTEGER NOT NULL DEFAULT 1;

-- CreateIndex
CREATE INDEX "package_lookup_revision_idx" ON "package"("lookup_revision");
