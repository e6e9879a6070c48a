-- CreateTable
CREATE TABLE "registry_action" (
    "id" UUID NOT NULL,
    "registry_id" INTEGER NOT NULL,
    "repository" TEXT,
    "tag" TEXT,
    "digest" TEXT,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "requested_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "before" JSONB,
    "details" TEXT,
    "outcome" TEXT,
    "error_code" TEXT,
    "error" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checked_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "confirmed_at" TIMESTAMPTZ(3),
    "undoes" UUID,

    CONSTRAINT "registry_action_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "registry_action_open_case" ON "registry_action"("registry_id", "repository", "digest") WHERE (state IN ('waiting', 'pending') AND kind IN ('decide', 'release', 'hold'));

-- CreateIndex
CREATE INDEX "registry_action_created_at_id_idx" ON "registry_action"("created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "registry_action_registry_id_state_idx" ON "registry_action"("registry_id", "state");

-- CreateIndex
CREATE INDEX "registry_action_digest_idx" ON "registry_action"("digest");

-- AddForeignKey
ALTER TABLE "registry_action" ADD CONSTRAINT "registry_action_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
