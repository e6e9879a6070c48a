-- CreateTable
CREATE TABLE "alias_change" (
    "name" TEXT NOT NULL,

    CONSTRAINT "alias_change_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "advisory_aliases_idx" ON "advisory" USING GIN ("aliases");

-- CreateIndex
CREATE INDEX "advisory_upstream_idx" ON "advisory" USING GIN ("upstream");

-- Every probe of a GIN index reads its whole list of pending entries. These are probed thousands of times in a statement,
-- often right after rows were added: they keep no such list.
ALTER INDEX "advisory_aliases_idx" SET (fastupdate = off);
ALTER INDEX "advisory_upstream_idx" SET (fastupdate = off);
ALTER INDEX "inventory_part_package_ids_idx" SET (fastupdate = off);
