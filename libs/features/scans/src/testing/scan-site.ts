import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lane } from '@tidewaiter/contracts';
import { openDatabase, type Database } from '@tidewaiter/db';
import { FeedSources, RefreshSource } from '@tidewaiter/features/advisories';
import { JudgePackages, readCounts } from '@tidewaiter/features/matches';
import { NotificationChannels, type ImageVerdict } from '@tidewaiter/features/notifications';
import { RegistryDirectory, RequestBudget } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { createQueues, migrateQueue, type Queues } from '@tidewaiter/queue';
import {
  bookworm,
  buildImage,
  buildLayer,
  createMigratedDatabase,
  dpkg,
  type BuiltImage,
  type BuiltLayer,
} from '@tidewaiter/testing';
import { defaultLimits } from '@tidewaiter/image';
import { AttachedVexDocuments, type AttachedVexOptions } from '../attached-vex';
import { ImageReader } from '../image-reader';
import { LayerReading } from '../layer-reading';
import { OrderScan } from '../order-scan';
import { RequestScan, type ScanCause } from '../request-scan';
import { ScanImage, type ScanOutcome } from '../scan-image';
import { TellVerdict } from '../tell-verdict';
import { MemoryRegistry } from './memory-registry';

const registry = {
  name: 'test',
  kind: 'acr',
  endpoint: 'http://test.registry.test',
  credentials: { kind: 'anonymous' },
  webhookSecret: undefined,
  allowInsecure: true,
} as const;

interface ScanSiteOptions {
  readonly attachedVex?: AttachedVexOptions;
}

export interface ScanToRun {
  readonly image: BuiltImage;
  readonly repository?: string;
  readonly tag?: string;
  readonly cause?: ScanCause;
  readonly attempt?: number;
  readonly signal?: AbortSignal;
}

/** A registry, a database, and what a worker does between the two. */
export class ScanSite {
  readonly requestScan: RequestScan;
  readonly orderScan: OrderScan;
  readonly scanImage: ScanImage;
  readonly registry: MemoryRegistry;

  readonly database: Database;
  readonly queues: Queues;
  readonly databaseUrl: string;
  private readonly directory: RegistryDirectory;

  private constructor(
    {
      database,
      queues,
      directory,
      databaseUrl,
    }: Pick<ScanSite, 'database' | 'queues' | 'databaseUrl'> & { directory: RegistryDirectory },
    { attachedVex = { isRead: false, believed: [] } }: ScanSiteOptions,
    private readonly undo: () => Promise<void>,
  ) {
    [this.database, this.queues, this.directory] = [database, queues, directory];
    this.databaseUrl = databaseUrl;
    const channels = new NotificationChannels([
      { channel: 'slack', send: () => Promise.resolve({ kind: 'sent' as const }) },
    ]);
    this.registry = new MemoryRegistry(directory, silentLogger, new RequestBudget(database));
    this.requestScan = new RequestScan(database, queues);
    this.orderScan = new OrderScan(database, directory, this.registry, this.requestScan);
    this.scanImage = new ScanImage(
      database,
      queues,
      new ImageReader(database, directory, this.registry, new LayerReading(defaultLimits)),
      new JudgePackages(database),
      new TellVerdict(channels),
      new AttachedVexDocuments(database, this.registry, attachedVex),
    );
  }

  /** With advisories of `openssl` (critical, fixed in 3.0.2-1) and `zlib` (high, never fixed) of Debian 12. */
  static async open(options: ScanSiteOptions = {}): Promise<ScanSite> {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'scans spec' });
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const directory = new RegistryDirectory(database);
    await directory.configure([registry]);
    const files = await mkdtemp(join(tmpdir(), 'tidewaiter-scans-'));
    await importAdvisories(database, files);
    return new ScanSite(
      { database, queues: createQueues(connection), directory, databaseUrl: url },
      options,
      async () => {
        await drop();
        await rm(files, { recursive: true });
      },
    );
  }

  async close(): Promise<void> {
    await this.queues.close();
    await this.database.$disconnect();
    await this.undo();
  }

  get registryId(): number {
    return this.directory.get('test').id;
  }

  /** Pushes the image and asks for a scan; the id of the scan. */
  async order({ image, repository = 'team/api', tag, cause = 'push' }: ScanToRun): Promise<string> {
    this.registry.push(repository, image, tag);
    const { digest } = image.descriptor;
    const request = { registryId: this.registryId, repository, digest, cause };
    return this.requestScan.request(tag === undefined ? request : { ...request, tag });
  }

  async run(scan: ScanToRun): Promise<ScanOutcome> {
    return this.carryOut(await this.order(scan), scan);
  }

  async carryOut(scanId: string, { attempt = 1, signal = new AbortController().signal }: Partial<ScanToRun> = {}) {
    const row = await this.database.scan.findUnique({ where: { id: scanId }, select: { lane: true } });
    const lane = Lane.parse(row?.lane ?? 'push');
    return this.scanImage.scan(scanId, { lane, attempt, signal, logger: silentLogger });
  }

  async lastScan() {
    return this.database.scan.findFirstOrThrow({ orderBy: { requestedAt: 'desc' } });
  }

  async image(built: BuiltImage) {
    const { digest } = built.descriptor;
    const image = await this.database.image.findUniqueOrThrow({ where: { digest }, include: { parts: true } });
    return { ...image, counts: (await readCounts(this.database)).get(image.id) };
  }

  /** Messages that were or will be sent. */
  async messages(): Promise<readonly { subject: string; dueInMs: number; payload: ImageVerdict }[]> {
    const rows = await this.database.notification.findMany({ where: { state: { not: 'absorbed' } } });
    return rows.map(({ subject, dueAt, payload }) => ({
      subject,
      dueInMs: dueAt.getTime() - Date.now(),
      // Parsed by the outbox before it was written.
      payload: payload as ImageVerdict,
    }));
  }
}

/** A layer of Debian 12 with these packages, `a=1 b=2`. */
export function debianLayer(packages: string): BuiltLayer {
  return buildLayer([bookworm, dpkg(packages)]);
}

export function debianImage(packages: string, architecture = 'amd64'): BuiltImage {
  return buildImage({ layers: [debianLayer(packages)], platform: { os: 'linux', architecture } });
}

async function importAdvisories(database: Database, files: string): Promise<void> {
  const directory = join(files, 'debian');
  await mkdir(directory);
  const advisories = [
    { id: 'CVE-2024-1000', name: 'openssl', fixed: '3.0.2-1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
    { id: 'CVE-2024-2000', name: 'zlib', fixed: undefined, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' },
  ];
  for (const { id, name, fixed, vector } of advisories) {
    const events = [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])];
    const document = {
      id,
      modified: '2026-01-01T00:00:00Z',
      severity: [{ type: 'CVSS_V3', score: vector }],
      affected: [{ package: { ecosystem: 'Debian:12', name }, ranges: [{ type: 'ECOSYSTEM', events }] }],
    };
    await writeFile(join(directory, `${id}.json`), JSON.stringify(document));
  }
  const { configured } = await new FeedSources(database).sync([directory]);
  await new RefreshSource(database, { snapshotDirectory: files, maxShrinkPercent: 20 }).refresh(configured[0] ?? '');
}
