import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Lane } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { CoverageRepository, CoverageService } from '@tidewaiter/features/coverage';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule, RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { RequestScan, ScanImage, ScansModule } from '@tidewaiter/features/scans';
import { OperationalError, silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { DATABASE, DatabaseModule, LoggingModule, QueuesModule } from '@tidewaiter/server';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { CatalogueModule } from '../catalogue.module';
import { ReconcileRegistry } from '../reconcile-registry';
import { EmulatedRegistry, watcher } from './emulated-registry';

/** An emulated registry, a database, and what the worker has between the two. */
export class CatalogueSite {
  readonly database: Database;
  readonly reconcileRegistry: ReconcileRegistry;
  readonly requestScan: RequestScan;
  readonly coverage: CoverageService;
  /** Repositories whose lists break off today. */
  readonly broken = new Set<string>();
  /** Called before a repository is listed, with its name. */
  beforeListing: (repository: string) => Promise<void> = () => Promise.resolve();
  /** Repositories that were listed. */
  readonly listed: string[] = [];

  private constructor(
    readonly registry: EmulatedRegistry,
    readonly app: INestApplicationContext,
    private readonly drop: () => Promise<void>,
  ) {
    this.database = app.get<Database>(DATABASE);
    this.reconcileRegistry = app.get(ReconcileRegistry);
    this.requestScan = app.get(RequestScan);
    this.coverage = new CoverageService(new CoverageRepository(this.database), app.get(RegistryDirectory));
    this.watchListings(app.get(RegistryAccess));
  }

  static async open(kind: 'acr' | 'oci' = 'acr'): Promise<CatalogueSite> {
    const registry = await EmulatedRegistry.start();
    const { url, drop } = await createMigratedDatabase();
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);

    @Module({
      imports: [
        LoggingModule.forRoot(silentLogger),
        DatabaseModule.forRoot({ url, applicationName: 'catalogue spec' }),
        QueuesModule.forRoot(connection, silentLogger),
        RegistriesModule.forRoot({ registries: [configOf(registry, kind)], secretKeys: [] }),
        NotificationsModule.forRoot({
          slack: { webhookUrl: 'http://slack.test/hook', allowedHost: 'slack.test' },
          publicUrl: { url: 'http://tidewaiter.test', isGiven: true },
        }),
        ScansModule.forRoot({ limits: [], attachedVex: { isRead: false, believed: [] } }),
        CatalogueModule,
      ],
    })
    class CatalogueSiteModule {}

    const app = await NestFactory.createApplicationContext(CatalogueSiteModule, { logger: false });
    return new CatalogueSite(registry, app, drop);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.registry.close();
    await this.drop();
  }

  /** As it was at the beginning: nothing in the registry, and nothing known of it. */
  async empty(): Promise<void> {
    this.broken.clear();
    this.listed.length = 0;
    this.beforeListing = () => Promise.resolve();
    await this.registry.empty();
    await this.database.$executeRaw`TRUNCATE repository, image, notification, event, reconcile_run CASCADE`;
    await this.database.registry.updateMany({ data: { scope: [] } });
  }

  get registryId(): number {
    return this.app.get(RegistryDirectory).get('test').id;
  }

  reconcile(signal = new AbortController().signal) {
    return this.reconcileRegistry.reconcile(this.registryId, signal);
  }

  /** Of the rows, in the words of `EmulatedRegistry.entries`; states besides `deleted` that are wanted, or all. */
  async entries(...states: readonly string[]): Promise<readonly string[]> {
    const { items } = await this.coverage.listEntries({ limit: 5_000 });
    const wanted = items.filter(({ state }) => states.length === 0 || states.includes(state));
    const lines = wanted.map(
      ({ repository, tag, digest }) => `${repository}${tag === null ? '' : `:${tag}`} ${digest}`,
    );
    return [...new Set(lines)].sort();
  }

  /** Carries out every scan that waits, as a worker on its last attempt does. */
  async scanAll(): Promise<void> {
    const scanImage = this.app.get(ScanImage);
    const context = { attempt: 5, signal: new AbortController().signal, logger: silentLogger };
    for (const { id, lane } of await this.database.scan.findMany({ where: { state: 'queued' } })) {
      // The row says why one failed.
      await scanImage.scan(id, { ...context, lane: Lane.parse(lane) }).catch(() => undefined);
    }
  }

  private watchListings(access: RegistryAccess): void {
    const list = access.repositoryContent.bind(access);
    access.repositoryContent = async (registry, repository) => {
      await this.beforeListing(repository);
      this.listed.push(repository);
      const content = await list(registry, repository);
      if (this.broken.has(repository)) throw new OperationalError('registry-broken-off', 'it broke off on page 2');
      return content;
    };
  }
}

function configOf(registry: EmulatedRegistry, kind: 'acr' | 'oci') {
  return {
    ...{ name: 'test', kind, endpoint: registry.emulator.url, allowInsecure: true, webhookSecret: undefined },
    credentials: { kind: 'basic' as const, ...watcher },
    protectedTags: ['v*'],
  };
}
