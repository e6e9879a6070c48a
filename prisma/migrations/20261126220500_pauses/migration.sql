-- CreateTable
CREATE TABLE "pause" (
    "id" SERIAL NOT NULL,
    "registry_id" INTEGER,
    "lane" TEXT,
    "reason" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resumed_by" TEXT,
    "resumed_at" TIMESTAMPTZ(3),

    CONSTRAINT "pause_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "pause_registry_key" ON "pause"("registry_id") WHERE (resumed_at IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "pause_lane_key" ON "pause"("lane") WHERE (resumed_at IS NULL);

-- AddForeignKey
ALTER TABLE "pause" ADD CONSTRAINT "pause_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE SET NULL ON UPDATE CASCADE;
