/**
 * Reading images as whole processes, in turn, in one run: ours, the peers that are on the PATH, and only decompressing the layers, all at once,
 * by Node's zlib and by gunzip(1).
 *
 *   npm run build && node --import ./tools/typescript/register.mjs bench/scan.ts OCI-LAYOUT... [--runs N] [--trivy-cache DIRECTORY]
 *
 * Trivy reads images with jars only when its cache has its Java database, `java-db/trivy-java.db`. OSV-Scanner is given an archive of docker,
 * in which skopeo left the layers uncompressed: it has nothing to decompress.
 *
 * Each figure is the median of the runs; the first run of everything warms caches and is not counted. Peak memory is the high-water
 * mark of the largest process.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isOnPath, measured, type Measure } from './measured-process';

interface Contender {
  readonly name: string;
  /** Programs beside the one of its name. */
  readonly needs?: readonly string[];
  /** Exit codes of a run that went well; 0 where absent. */
  readonly codes?: readonly number[];
  command(layout: string): readonly string[];
}

const { values, positionals: layouts } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, 'trivy-cache': { type: 'string' } },
});
if (layouts.length === 0) {
  console.error('say which OCI layout directories to read');
  process.exit(2);
}
const gunzip: Contender = {
  name: 'gunzip',
  command: (layout) => [
    'sh',
    '-c',
    'for blob in "$0"/blobs/sha256/*; do gunzip -c < "$blob" > /dev/null 2>&1 & done; wait',
    layout,
  ],
};
const scratch = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
/** Where there is a cache, compiled code is kept in it, as in any home in which advisories were imported. */
mkdirSync(join(scratch, 'tidewaiter'));
const ours: Contender = {
  name: 'tidewaiter',
  command: (layout) => [
    'env',
    `XDG_CACHE_HOME=${scratch}`,
    process.execPath,
    'dist/cli.mjs',
    'inventory',
    layout,
    '--format',
    'json',
    '--output',
    '/dev/null',
  ],
};
const decompression: Contender = {
  name: 'only decompress',
  command: (layout) => [process.execPath, join(import.meta.dirname, 'decompress.mjs'), layout],
};
/** Each with what it does of itself for an image, without network and without judging. */
const peers: readonly Contender[] = [
  { name: 'syft', command: (layout) => ['syft', 'scan', `oci-dir:${layout}`, '-q', '-o', 'json=/dev/null'] },
  {
    name: 'trivy',
    command: (layout) => [
      ...[
        'trivy',
        'image',
        '--input',
        layout,
        '--quiet',
        '--offline-scan',
        '--skip-db-update',
        '--skip-java-db-update',
      ],
      ...[
        '--format',
        'cyclonedx',
        '--output',
        '/dev/null',
        '--cache-dir',
        values['trivy-cache'] ?? join(scratch, 'trivy'),
        '--cache-backend',
        'memory',
      ],
    ],
  },
  {
    name: 'osv-scanner',
    needs: ['skopeo'],
    codes: [0, 1],
    command: (layout) => [
      'osv-scanner',
      'scan',
      'image',
      '--archive',
      dockerArchive(layout),
      '--offline',
      '--format',
      'json',
    ],
  },
];

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
const contenders = [
  decompression,
  gunzip,
  ours,
  ...peers.filter(({ name, needs = [] }) => [name, ...needs].every(isOnPath)),
];
try {
  for (const layout of layouts) await compare(resolve(layout));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function compare(layout: string): Promise<void> {
  const measures = new Map(contenders.map((contender) => [contender, [] as Measure[]]));
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const [contender, list] of measures) {
      const measure = await measured(contender.command(layout), contender.codes).catch((error: unknown) => {
        // A peer that cannot read an image is left out of its table; our own failure ends the benchmark.
        if (!peers.includes(contender)) throw error;
        console.log(`${basename(layout)} without ${contender.name}: ${String(error)}`);
        measures.delete(contender);
      });
      if (run > 0 && measure !== undefined) list.push(measure);
    }
  }
  const own = measures.get(ours) ?? [];
  console.log(`\n${basename(layout)}`);
  console.log('                  wall s    cpu s   peak MB   our wall / its wall');
  for (const [{ name }, list] of measures) {
    const wall = median(list.map(({ wallMs }) => wallMs));
    const row = [
      wall / 1000,
      median(list.map(({ cpuMs }) => cpuMs)) / 1000,
      median(list.map(({ peakBytes }) => peakBytes)) / 1e6,
    ];
    const ratio = median(own.map(({ wallMs }) => wallMs)) / wall;
    console.log(
      `${name.padEnd(16)}${row.map((value) => value.toFixed(2).padStart(9)).join('')}   ${ratio.toFixed(2).padStart(8)}`,
    );
  }
}

/** OSV-Scanner reads archives of docker alone; skopeo writes one, once and before it is measured. */
function dockerArchive(layout: string): string {
  const archive = join(scratch, `${basename(layout)}.tar`);
  if (!existsSync(archive))
    execFileSync('skopeo', ['copy', '--quiet', `oci:${layout}`, `docker-archive:${archive}:bench:latest`]);
  return archive;
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}
