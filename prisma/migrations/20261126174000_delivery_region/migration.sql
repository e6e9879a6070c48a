-- DropIndex
DROP INDEX "delivery_registry_id_idx";

-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "region" TEXT;

-- CreateIndex
CREATE INDEX "delivery_registry_id_repository_received_at_idx" ON "delivery"("registry_id", "repository", "received_at");
