/**
 * How much longer reading an image takes than only decompressing its layers, which no reader can go below.
 *
 *   node --import ./tools/typescript/register.mjs bench/read-image.ts OCI-LAYOUT [RUNS]
 *
 * Both are run in turn in one process; each figure is the best of the runs, so that other work on the machine counts least.
 */
import { createReadStream } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage } from '@tidewaiter/engine';
import { openTarget } from '@tidewaiter/image';
import { z } from 'zod';

const Index = z.object({ manifests: z.array(z.object({ digest: z.string() })).min(1) });
const Manifest = z.object({
  layers: z.array(z.object({ digest: z.string(), mediaType: z.string(), size: z.number() })),
});

const [layout, runsText = '7'] = process.argv.slice(2);
if (layout === undefined) {
  console.error('say which OCI layout directory to read');
  process.exit(2);
}
const layers = await layersOf(layout);
const best = { decompress: Infinity, read: Infinity };
let packages = 0;
for (let run = 0; run < Number(runsText); run += 1) {
  best.decompress = Math.min(best.decompress, await timed(() => decompressAll(layout, layers)));
  best.read = Math.min(
    best.read,
    await timed(async () => {
      packages = await packagesOf(layout);
    }),
  );
}
const megabytes = layers.reduce((sum, layer) => sum + layer.size, 0) / 1e6;
console.log(`${String(layers.length)} layers, ${megabytes.toFixed(1)} MB compressed, ${String(packages)} packages`);
console.log(`decompress only   ${best.decompress.toFixed(0)} ms`);
console.log(`read the image    ${best.read.toFixed(0)} ms`);
console.log(`ratio             ${(best.read / best.decompress).toFixed(2)}   (budget 1.25)`);
console.log(`peak memory       ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB   (budget 300)`);

async function layersOf(directory: string): Promise<z.infer<typeof Manifest>['layers']> {
  const index = Index.parse(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')));
  const digest = index.manifests[0]?.digest ?? '';
  return Manifest.parse(JSON.parse(await readFile(blobPath(directory, digest), 'utf8'))).layers;
}

/** All layers at once, as the reader does it. */
async function decompressAll(directory: string, all: z.infer<typeof Manifest>['layers']): Promise<void> {
  await Promise.all(
    all.map(({ digest, mediaType }) => {
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const decompress = mediaType.endsWith('zstd') ? createZstdDecompress() : createGunzip({ chunkSize: 256 * 1024 });
      return pipeline(createReadStream(blobPath(directory, digest)), decompress, nowhere);
    }),
  );
}

async function packagesOf(directory: string): Promise<number> {
  const target = await openTarget(directory);
  if (target.kind !== 'image') throw new Error('not an OCI layout');
  const readings = await readImage(target.source);
  await target.source.close();
  return readings.reduce((sum, one) => sum + (one.kind === 'inventory' ? one.inventory.packages.length : 0), 0);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function blobPath(directory: string, digest: string): string {
  return join(directory, 'blobs', ...digest.split(':'));
}
