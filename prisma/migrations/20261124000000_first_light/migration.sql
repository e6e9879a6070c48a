-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "registry" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "registry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "registry_id" INTEGER,
    "registry_name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL,
    "event_id" TEXT,
    "action" TEXT,
    "repository" TEXT,
    "tag" TEXT,
    "digest" TEXT,
    "occurred_at" TEXT,
    "dedupe_key" TEXT,
    "body_excerpt" TEXT,
    "body_sha256" TEXT,
    "problem_code" TEXT,
    "problem" TEXT,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository" (
    "id" SERIAL NOT NULL,
    "registry_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repository_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tag" (
    "id" SERIAL NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "manifest_id" INTEGER NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "moved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "manifest" (
    "id" SERIAL NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "manifest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "manifest_image" (
    "manifest_id" INTEGER NOT NULL,
    "image_id" INTEGER NOT NULL,

    CONSTRAINT "manifest_image_pkey" PRIMARY KEY ("manifest_id","image_id")
);

-- CreateTable
CREATE TABLE "scan" (
    "id" UUID NOT NULL,
    "repository_id" INTEGER NOT NULL,
    "manifest_id" INTEGER NOT NULL,
    "tag" TEXT,
    "cause" TEXT NOT NULL,
    "previous_manifest_id" INTEGER,
    "delivery_id" UUID,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "pulled_bytes" BIGINT NOT NULL DEFAULT 0,
    "error_code" TEXT,
    "error" TEXT,

    CONSTRAINT "scan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image" (
    "id" SERIAL NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "config_digest" TEXT,
    "platform" TEXT,
    "state" TEXT NOT NULL,
    "reason_code" TEXT,
    "reason" TEXT,
    "os_id" TEXT,
    "os_version_id" TEXT,
    "os_pretty_name" TEXT,
    "image_created_at" TEXT,
    "layers" JSONB NOT NULL DEFAULT '[]',
    "problems" JSONB NOT NULL DEFAULT '[]',
    "inventory_key" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "scanned_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inventory_part" (
    "id" SERIAL NOT NULL,
    "digest" BYTEA NOT NULL,
    "package_ids" INTEGER[],
    "locations" JSONB NOT NULL,

    CONSTRAINT "inventory_part_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_part" (
    "image_id" INTEGER NOT NULL,
    "part_id" INTEGER NOT NULL,
    "layer_index" INTEGER NOT NULL,

    CONSTRAINT "image_part_pkey" PRIMARY KEY ("image_id","part_id","layer_index")
);

-- CreateTable
CREATE TABLE "image_summary" (
    "image_id" INTEGER NOT NULL,
    "packages" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,
    "negligible" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "undetermined" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_summary_pkey" PRIMARY KEY ("image_id")
);

-- CreateTable
CREATE TABLE "layer_evidence" (
    "key" TEXT NOT NULL,
    "evidence" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "layer_evidence_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "package" (
    "id" SERIAL NOT NULL,
    "identity" BYTEA NOT NULL,
    "ecosystem" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "architecture" TEXT,
    "purl" TEXT NOT NULL,
    "source_name" TEXT,
    "source_version" TEXT,
    "owned_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "judged_at" TIMESTAMPTZ(3),

    CONSTRAINT "package_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "package_key" (
    "ecosystem" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "package_id" INTEGER NOT NULL,

    CONSTRAINT "package_key_pkey" PRIMARY KEY ("ecosystem","name","package_id")
);

-- CreateTable
CREATE TABLE "feed" (
    "id" TEXT NOT NULL,
    "feed" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "fingerprint" JSONB,
    "records" INTEGER NOT NULL DEFAULT 0,
    "problems" INTEGER NOT NULL DEFAULT 0,
    "problem_sample" JSONB NOT NULL DEFAULT '[]',
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_success_at" TIMESTAMPTZ(3),
    "last_change_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "run" INTEGER NOT NULL DEFAULT 0,
    "ecosystems" TEXT[],

    CONSTRAINT "feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory" (
    "id" SERIAL NOT NULL,
    "source_id" TEXT NOT NULL,
    "feed" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "modified" TEXT NOT NULL,
    "published" TEXT,
    "withdrawn" TEXT,
    "summary" TEXT,
    "aliases" TEXT[],
    "upstream" TEXT[],
    "severities" JSONB NOT NULL,
    "references" TEXT[],
    "content_hash" BYTEA NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "advisory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory_affected" (
    "id" SERIAL NOT NULL,
    "advisory_id" INTEGER NOT NULL,
    "ecosystem" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "ranges" JSONB NOT NULL,
    "versions" TEXT[],
    "severities" JSONB NOT NULL,

    CONSTRAINT "advisory_affected_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dirty_key" (
    "ecosystem" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cause" JSONB NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dirty_key_pkey" PRIMARY KEY ("ecosystem","name")
);

-- CreateTable
CREATE TABLE "vulnerability" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "aliases" TEXT[],
    "summary" TEXT,
    "severity" TEXT NOT NULL DEFAULT 'unknown',
    "score" REAL,
    "published" TEXT,

    CONSTRAINT "vulnerability_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory_vulnerability" (
    "advisory_id" INTEGER NOT NULL,
    "vulnerability_id" INTEGER NOT NULL,

    CONSTRAINT "advisory_vulnerability_pkey" PRIMARY KEY ("advisory_id","vulnerability_id")
);

-- CreateTable
CREATE TABLE "match" (
    "id" BIGSERIAL NOT NULL,
    "package_id" INTEGER NOT NULL,
    "vulnerability_id" INTEGER NOT NULL,
    "advisory_id" INTEGER NOT NULL,
    "also" JSONB NOT NULL DEFAULT '[]',
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "severity" TEXT NOT NULL,
    "score" REAL,
    "fixed_in" TEXT,
    "evidence" JSONB,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "match_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transition" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "package_id" INTEGER NOT NULL,
    "vulnerability_id" INTEGER NOT NULL,
    "cause" JSONB NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "transition_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "registry_name_key" ON "registry"("name");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_dedupe_key_key" ON "delivery"("dedupe_key");

-- CreateIndex
CREATE INDEX "delivery_received_at_id_idx" ON "delivery"("received_at" DESC, "id");

-- CreateIndex
CREATE INDEX "delivery_registry_id_idx" ON "delivery"("registry_id");

-- CreateIndex
CREATE INDEX "delivery_state_received_at_idx" ON "delivery"("state", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "repository_registry_id_name_key" ON "repository"("registry_id", "name");

-- CreateIndex
CREATE INDEX "tag_manifest_id_idx" ON "tag"("manifest_id");

-- CreateIndex
CREATE UNIQUE INDEX "tag_repository_id_name_key" ON "tag"("repository_id", "name");

-- CreateIndex
CREATE INDEX "manifest_digest_idx" ON "manifest"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "manifest_repository_id_digest_key" ON "manifest"("repository_id", "digest");

-- CreateIndex
CREATE INDEX "manifest_image_image_id_idx" ON "manifest_image"("image_id");

-- CreateIndex
CREATE INDEX "scan_state_requested_at_idx" ON "scan"("state", "requested_at");

-- CreateIndex
CREATE INDEX "scan_manifest_id_requested_at_idx" ON "scan"("manifest_id", "requested_at");

-- CreateIndex
CREATE INDEX "scan_requested_at_id_idx" ON "scan"("requested_at" DESC, "id");

-- CreateIndex
CREATE INDEX "scan_repository_id_idx" ON "scan"("repository_id");

-- CreateIndex
CREATE INDEX "scan_delivery_id_idx" ON "scan"("delivery_id");

-- CreateIndex
CREATE UNIQUE INDEX "image_digest_key" ON "image"("digest");

-- CreateIndex
CREATE INDEX "image_scanned_at_id_idx" ON "image"("scanned_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "inventory_part_digest_key" ON "inventory_part"("digest");

-- CreateIndex
CREATE INDEX "inventory_part_package_ids_idx" ON "inventory_part" USING GIN ("package_ids");

-- CreateIndex
CREATE INDEX "image_part_part_id_idx" ON "image_part"("part_id");

-- CreateIndex
CREATE UNIQUE INDEX "package_identity_key" ON "package"("identity");

-- CreateIndex
CREATE INDEX "package_name_version_idx" ON "package"("name", "version");

-- CreateIndex
CREATE INDEX "package_key_package_id_idx" ON "package_key"("package_id");

-- CreateIndex
CREATE INDEX "advisory_native_id_idx" ON "advisory"("native_id");

-- CreateIndex
CREATE UNIQUE INDEX "advisory_source_id_native_id_key" ON "advisory"("source_id", "native_id");

-- CreateIndex
CREATE INDEX "advisory_affected_ecosystem_name_idx" ON "advisory_affected"("ecosystem", "name");

-- CreateIndex
CREATE INDEX "advisory_affected_advisory_id_idx" ON "advisory_affected"("advisory_id");

-- CreateIndex
CREATE UNIQUE INDEX "vulnerability_name_key" ON "vulnerability"("name");

-- CreateIndex
CREATE INDEX "vulnerability_aliases_idx" ON "vulnerability" USING GIN ("aliases");

-- CreateIndex
CREATE INDEX "advisory_vulnerability_vulnerability_id_idx" ON "advisory_vulnerability"("vulnerability_id");

-- CreateIndex
CREATE INDEX "match_vulnerability_id_idx" ON "match"("vulnerability_id");

-- CreateIndex
CREATE INDEX "match_package_id_idx" ON "match"("package_id");

-- CreateIndex
CREATE INDEX "match_advisory_id_idx" ON "match"("advisory_id");

-- CreateIndex
CREATE UNIQUE INDEX "match_open_key" ON "match"("package_id", "vulnerability_id") WHERE (closed_at IS NULL);

-- CreateIndex
CREATE INDEX "transition_at_idx" ON "transition"("at");

-- CreateIndex
CREATE INDEX "transition_package_id_idx" ON "transition"("package_id");

-- CreateIndex
CREATE INDEX "notification_state_due_at_idx" ON "notification"("state", "due_at");

-- CreateIndex
CREATE UNIQUE INDEX "notification_channel_subject_key" ON "notification"("channel", "subject");

-- CreateIndex
CREATE INDEX "event_at_idx" ON "event"("at");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository" ADD CONSTRAINT "repository_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_manifest_id_fkey" FOREIGN KEY ("manifest_id") REFERENCES "manifest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manifest" ADD CONSTRAINT "manifest_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manifest_image" ADD CONSTRAINT "manifest_image_manifest_id_fkey" FOREIGN KEY ("manifest_id") REFERENCES "manifest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manifest_image" ADD CONSTRAINT "manifest_image_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scan" ADD CONSTRAINT "scan_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scan" ADD CONSTRAINT "scan_manifest_id_fkey" FOREIGN KEY ("manifest_id") REFERENCES "manifest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scan" ADD CONSTRAINT "scan_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_part" ADD CONSTRAINT "image_part_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_part" ADD CONSTRAINT "image_part_part_id_fkey" FOREIGN KEY ("part_id") REFERENCES "inventory_part"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_summary" ADD CONSTRAINT "image_summary_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "package_key" ADD CONSTRAINT "package_key_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "advisory" ADD CONSTRAINT "advisory_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "advisory_affected" ADD CONSTRAINT "advisory_affected_advisory_id_fkey" FOREIGN KEY ("advisory_id") REFERENCES "advisory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "advisory_vulnerability" ADD CONSTRAINT "advisory_vulnerability_advisory_id_fkey" FOREIGN KEY ("advisory_id") REFERENCES "advisory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "advisory_vulnerability" ADD CONSTRAINT "advisory_vulnerability_vulnerability_id_fkey" FOREIGN KEY ("vulnerability_id") REFERENCES "vulnerability"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_vulnerability_id_fkey" FOREIGN KEY ("vulnerability_id") REFERENCES "vulnerability"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_advisory_id_fkey" FOREIGN KEY ("advisory_id") REFERENCES "advisory"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
