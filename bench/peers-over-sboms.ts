/**
 * What other scanners take to judge images anew from their bills of materials: the peers that are on the PATH and have a database.
 * Nothing is pulled by them either.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isOnPath, measured } from './measured-process';

export interface SamplePackage {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

export interface PeerDatabases {
  /** A directory of OSV's exports, `npm.zip`, which OSV-Scanner reads as they are; without it when it is none. */
  readonly osv: string;
  /** Cache directories of Trivy and Grype that have a database. */
  readonly trivy?: string | undefined;
  readonly grype?: string | undefined;
}

export interface PerImage {
  readonly name: string;
  readonly ms: number;
}

interface Peer {
  readonly name: string;
  /** For some bills of materials; one at a time where it takes no more. */
  command(files: readonly string[]): readonly string[];
  readonly takesSeveral: boolean;
  /** Exit codes of a run that went well. */
  readonly codes: readonly number[];
}

/** Milliseconds an image, as the mean over these. Who cannot do it is named and left out. */
export async function peersOverSboms(
  images: readonly (readonly SamplePackage[])[],
  databases: PeerDatabases,
): Promise<readonly PerImage[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
  try {
    const files = images.map((packages, at) => written(join(scratch, `${at}.cdx.json`), packages));
    const taken: PerImage[] = [];
    for (const peer of peersWith(databases, scratch)) {
      const ms = await perImageMs(peer, files);
      if (ms !== undefined) taken.push({ name: peer.name, ms });
    }
    return taken;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function peersWith({ osv, trivy, grype }: PeerDatabases, scratch: string): readonly Peer[] {
  const peers: readonly (Peer | undefined)[] = [
    statSync(osv).isDirectory() ? osvScanner(osv, scratch) : undefined,
    trivy === undefined
      ? undefined
      : {
          name: 'trivy',
          takesSeveral: false,
          codes: [0],
          command: ([file = '']) => [
            ...['trivy', 'sbom', file, '--quiet', '--offline-scan', '--skip-db-update', '--skip-java-db-update'],
            ...['--cache-dir', trivy, '--format', 'json', '--output', '/dev/null'],
          ],
        },
    grype === undefined
      ? undefined
      : {
          name: 'grype',
          takesSeveral: false,
          codes: [0],
          command: ([file = '']) => [
            ...['env', `GRYPE_DB_CACHE_DIR=${grype}`, 'GRYPE_DB_AUTO_UPDATE=false', 'GRYPE_DB_VALIDATE_AGE=false'],
            ...['grype', `sbom:${file}`, '--quiet', '--output', 'json'],
          ],
        },
  ];
  return peers.filter((peer) => peer !== undefined).filter(({ name }) => isOnPath(name));
}

/** All of them in one process, which loads its databases once. Ends with 1 where it finds something. */
function osvScanner(exports: string, scratch: string): Peer {
  for (const file of readdirSync(exports).filter((name) => name.endsWith('.zip'))) {
    const directory = join(scratch, 'osv-scalibr', basename(file, '.zip'));
    mkdirSync(directory, { recursive: true });
    symlinkSync(join(exports, file), join(directory, 'all.zip'));
  }
  return {
    name: 'osv-scanner',
    takesSeveral: true,
    codes: [0, 1],
    command: (files) => [
      ...['env', `OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY=${scratch}`],
      ...['osv-scanner', 'scan', 'source', '--offline', '--format', 'json', '--verbosity', 'error'],
      ...files.flatMap((file) => ['--lockfile', file]),
    ],
  };
}

async function perImageMs(
  { name, command, takesSeveral, codes }: Peer,
  files: readonly string[],
): Promise<number | undefined> {
  try {
    let ms = 0;
    for (const some of takesSeveral ? [files] : files.map((file) => [file]))
      ms += (await measured(command(some), codes)).wallMs;
    return ms / files.length;
  } catch (error) {
    console.log(`without ${name}: ${String(error)}`);
    return undefined;
  }
}

/** https://cyclonedx.org/docs/1.6/json/. Made-up images mix distributions, which Trivy refuses: of one alone its packages are in it. */
function written(file: string, packages: readonly SamplePackage[]): string {
  const distro = packages.find(({ ecosystem }) => ecosystem.includes(':'))?.ecosystem;
  const alike = packages.filter(({ ecosystem }) => !ecosystem.includes(':') || ecosystem === distro);
  const components = alike.map(({ name, version, purl }) => ({ type: 'library', name, version, purl }));
  writeFileSync(file, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components }));
  return file;
}
