-- CreateTable
CREATE TABLE "former_alias" (
    "vulnerability_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "former_alias_pkey" PRIMARY KEY ("vulnerability_id","name")
);

-- AddForeignKey
ALTER TABLE "former_alias" ADD CONSTRAINT "former_alias_vulnerability_id_fkey" FOREIGN KEY ("vulnerability_id") REFERENCES "vulnerability"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What withdrawn records have joined until now comes apart with the next change of any source.
INSERT INTO "alias_change" ("name")
SELECT DISTINCT n."name"
  FROM "advisory" a CROSS JOIN LATERAL unnest(array_append(a."aliases", a."native_id")) n("name")
 WHERE a."withdrawn" IS NOT NULL AND a."removed_at" IS NULL AND a."aliases" <> '{}'
ON CONFLICT DO NOTHING;
