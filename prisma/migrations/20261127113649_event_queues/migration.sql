-- CreateTable
CREATE TABLE "event_queue" (
    "registry_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "message_at" TIMESTAMPTZ(3),
    "refused_at" TIMESTAMPTZ(3),
    "refusal_code" TEXT,
    "refusal" TEXT,

    CONSTRAINT "event_queue_pkey" PRIMARY KEY ("registry_id")
);

-- AddForeignKey
ALTER TABLE "event_queue" ADD CONSTRAINT "event_queue_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
