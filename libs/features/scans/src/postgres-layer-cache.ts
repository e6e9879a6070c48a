import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Database } from '@tidewaiter/db';
import type { LayerCache, LayerEvidence } from '@tidewaiter/engine';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What layers hold, read once and shared by every worker. */
export class PostgresLayerCache implements LayerCache {
  constructor(private readonly database: Database) {}

  async get(key: string): Promise<LayerEvidence | undefined> {
    const row = await this.database.layerEvidence.findUnique({ where: { key }, select: { evidence: true } });
    if (row === null) return undefined;
    const text = (await decompress(row.evidence)).toString('utf8');
    // Written by `put` under a key that names the revision of this very shape.
    return JSON.parse(text) as LayerEvidence;
  }

  async put(key: string, evidence: LayerEvidence): Promise<void> {
    const bytes = await compress(JSON.stringify(evidence));
    await this.database.$executeRaw`
      INSERT INTO layer_evidence (key, evidence) VALUES (${key}, ${bytes}) ON CONFLICT (key) DO NOTHING`;
  }
}
