-- CreateTable
CREATE TABLE "manifest_absence" (
    "manifest_id" INTEGER NOT NULL,
    "from" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "manifest_absence_pkey" PRIMARY KEY ("manifest_id","from")
);

-- AddForeignKey
ALTER TABLE "manifest_absence" ADD CONSTRAINT "manifest_absence_manifest_id_fkey" FOREIGN KEY ("manifest_id") REFERENCES "manifest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Several ways lead to a manifest being found again, and none of them may forget that it was not there meanwhile.
CREATE FUNCTION "keep_manifest_absence"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "manifest_absence" ("manifest_id", "from") VALUES (OLD."id", OLD."deleted_at")
    ON CONFLICT ("manifest_id", "from") DO UPDATE SET "until" = EXCLUDED."until";
  RETURN NULL;
END $$;

CREATE TRIGGER "manifest_is_back" AFTER UPDATE OF "deleted_at" ON "manifest"
  FOR EACH ROW WHEN (OLD."deleted_at" IS NOT NULL AND NEW."deleted_at" IS NULL)
  EXECUTE FUNCTION "keep_manifest_absence"();
