-- CreateTable
CREATE TABLE "registry_absence" (
    "registry_id" INTEGER NOT NULL,
    "from" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "registry_absence_pkey" PRIMARY KEY ("registry_id","from")
);

-- AddForeignKey
ALTER TABLE "registry_absence" ADD CONSTRAINT "registry_absence_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registry"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The configuration and REST both watch a registry again, and neither may forget that it was not watched meanwhile.
CREATE FUNCTION "keep_registry_absence"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "registry_absence" ("registry_id", "from") VALUES (OLD."id", OLD."removed_at")
    ON CONFLICT ("registry_id", "from") DO UPDATE SET "until" = EXCLUDED."until";
  RETURN NULL;
END $$;

CREATE TRIGGER "registry_is_back" AFTER UPDATE OF "removed_at" ON "registry"
  FOR EACH ROW WHEN (OLD."removed_at" IS NOT NULL AND NEW."removed_at" IS NULL)
  EXECUTE FUNCTION "keep_registry_absence"();
