import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Lane } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import type { LayerCache, LayerEvidence, LayerSlot } from '@tidewaiter/engine';
import { ok, type Result } from '@tidewaiter/kit';
import type { WorkClaims } from './work-claims';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export interface LayerCacheParts {
  readonly database: Database;
  readonly claims: WorkClaims;
  readonly lane: Lane;
  readonly signal: AbortSignal;
}

/** What layers hold, read once and shared by every worker: one that is being read is waited for. */
export class PostgresLayerCache implements LayerCache {
  constructor(private readonly parts: LayerCacheParts) {}

  async getOrRead<E>(
    slot: LayerSlot,
    read: () => Promise<Result<LayerEvidence, E>>,
  ): Promise<Result<LayerEvidence, E>> {
    const { claims, lane, signal } = this.parts;
    const { key, isCurrent } = slot;
    return claims.findOrMake<Result<LayerEvidence, E>>({
      key: `layer ${key}`,
      lane,
      signal,
      find: async () => {
        const evidence = await this.get(key);
        return evidence !== undefined && isCurrent(evidence) ? ok(evidence) : undefined;
      },
      make: async () => {
        const result = await read();
        if (result.ok) await this.put(key, result.value);
        return result;
      },
    });
  }

  private async get(key: string): Promise<LayerEvidence | undefined> {
    const row = await this.parts.database.layerEvidence.findUnique({ where: { key }, select: { evidence: true } });
    if (row === null) return undefined;
    const text = (await decompress(row.evidence)).toString('utf8');
    // Written by `put` under a key that names the revision of this very shape.
    return JSON.parse(text) as LayerEvidence;
  }

  private async put(key: string, evidence: LayerEvidence): Promise<void> {
    const bytes = await compress(JSON.stringify(evidence));
    await this.parts.database.$executeRaw`
      INSERT INTO layer_evidence (key, evidence) VALUES (${key}, ${bytes})
      ON CONFLICT (key) DO UPDATE SET evidence = excluded.evidence, created_at = excluded.created_at`;
  }
}
