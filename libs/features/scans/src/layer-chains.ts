import { createHash } from 'node:crypto';

const diffIdForm = /^sha256:[0-9a-f]{64}$/;

/**
 * For each layer, base first, what stands for it and every layer below it: two images with the same chain have the same
 * layers up to there, whatever their manifests and compressions are. OCI image-spec config.md, "Layer ChainID". Empty when a
 * diffID is missing or of another algorithm: then nothing can be said.
 */
export function layerChains(diffIds: readonly string[]): readonly Buffer<ArrayBuffer>[] {
  if (!diffIds.every((diffId) => diffIdForm.test(diffId))) return [];
  const chains: string[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    const digest = () =>
      createHash('sha256')
        .update(`sha256:${below ?? ''} ${diffId}`)
        .digest('hex');
    chains.push(below === undefined ? diffId.slice('sha256:'.length) : digest());
  }
  return chains.map((chain) => Buffer.from(chain, 'hex'));
}
