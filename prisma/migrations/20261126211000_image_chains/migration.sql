-- AlterTable
ALTER TABLE "image" ADD COLUMN     "base_digest" TEXT,
ADD COLUMN     "base_name" TEXT,
ADD COLUMN     "chain" BYTEA,
ADD COLUMN     "chains" BYTEA[] DEFAULT ARRAY[]::BYTEA[];

-- The chains of images that are known already, as far as their diffIDs are.
WITH RECURSIVE layer AS (
  SELECT i.id, l.index, l.layer->>'diffId' AS diff
    FROM image i, jsonb_array_elements(i.layers) WITH ORDINALITY AS l(layer, index)),
link AS (
  SELECT id, index, diff AS chain FROM layer WHERE index = 1 AND diff ~ '^sha256:[0-9a-f]{64}$'
  UNION ALL
  SELECT layer.id, layer.index, 'sha256:' || encode(sha256(convert_to(link.chain || ' ' || layer.diff, 'UTF8')), 'hex')
    FROM link JOIN layer ON layer.id = link.id AND layer.index = link.index + 1
   WHERE layer.diff ~ '^sha256:[0-9a-f]{64}$'),
whole AS (
  SELECT link.id, array_agg(decode(substr(link.chain, 8), 'hex') ORDER BY link.index) AS chains
    FROM link GROUP BY link.id)
UPDATE image i SET chains = whole.chains, chain = whole.chains[array_length(whole.chains, 1)]
  FROM whole
 WHERE i.id = whole.id AND array_length(whole.chains, 1) = jsonb_array_length(i.layers);

-- CreateIndex
CREATE INDEX "image_chains_idx" ON "image" USING GIN ("chains");

-- CreateIndex
CREATE INDEX "image_chain_idx" ON "image"("chain");
