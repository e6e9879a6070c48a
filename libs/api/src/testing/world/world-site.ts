import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfiguredFeeds,
  EnrichmentFeeds,
  FeedSources,
  RefreshEnrichment,
  RefreshFeed,
  RefreshSource,
  Rematch,
  TellRematch,
} from '@tidewaiter/features/advisories';
import {
  holdVerdicts,
  JudgePackages,
  rankImages,
  recordPackages,
  recountSuppressed,
  writeSummaries,
} from '@tidewaiter/features/matches';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import { CollectUnreferenced } from '@tidewaiter/features/scans';
import type { Transaction } from '@tidewaiter/db';
import type { Dice } from '@tidewaiter/testing';
import { startApi, type StartedApi } from '../start-api';
import { advisoryFeeds, enrichmentFeeds, Said, type FeedOfWorld } from './said';
import { worldPackages } from './world-packages';

/** An image that was pushed. */
export interface PushedImage {
  readonly id: number;
  readonly digest: string;
  /** Rows of packages by layer. */
  readonly layers: readonly (readonly number[])[];
}

const tags = ['1', '2', 'latest'];
const repositories = ['app', 'web'];

/** A service with a registry and feeds that change by the throw of dice, through the code that does it for real. */
export class WorldSite {
  readonly said: Said;
  readonly active = new Set<FeedOfWorld>([...advisoryFeeds, ...enrichmentFeeds]);
  readonly images = new Map<number, PushedImage>();
  /** Rows of `worldPackages`, by place. */
  packageIds: readonly number[] = [];
  private readonly judging: JudgePackages;
  private readonly rematch: Rematch;
  private readonly telling: TellRematch;
  private readonly configured: ConfiguredFeeds;
  private readonly refreshFeed: RefreshFeed;
  private readonly feedIds = new Map<FeedOfWorld, string>();

  private constructor(
    readonly api: StartedApi,
    readonly directory: string,
    private readonly dice: Dice,
  ) {
    const { database } = api;
    this.said = new Said(directory, dice, () => this.products());
    this.judging = new JudgePackages(database);
    this.rematch = new Rematch(database, this.judging);
    const send = () => Promise.resolve({ kind: 'sent' as const });
    this.telling = new TellRematch(database, new NotificationChannels([{ channel: 'slack', send }]));
    this.configured = new ConfiguredFeeds(new FeedSources(database), new EnrichmentFeeds(database), database);
    const options = { snapshotDirectory: join(directory, 'snapshots'), maxShrinkPercent: 100 };
    this.refreshFeed = new RefreshFeed(new RefreshSource(database, options), new RefreshEnrichment(database, options));
  }

  get database() {
    return this.api.database;
  }

  /** Everything is read once, and nothing is pushed yet. */
  static async open(dice: Dice): Promise<WorldSite> {
    const site = new WorldSite(await startApi(), await mkdtemp(join(tmpdir(), 'tidewaiter-world-')), dice);
    await site.database.registry.create({ data: { name: 'main', kind: 'oci', url: 'https://main.example' } });
    site.packageIds = await site.database.$transaction((tx) => recordPackages(tx, worldPackages));
    await site.judging.judgeNew(site.packageIds);
    await site.said.writeAll();
    await site.sync();
    for (const feed of site.active) await site.refresh(feed);
    await site.settle();
    return site;
  }

  async close(): Promise<void> {
    await this.api.stop();
    await rm(this.directory, { recursive: true });
  }

  /** One feed is read, and nothing is judged yet. */
  refresh(feed: FeedOfWorld) {
    return this.refreshFeed.refresh(this.feedId(feed));
  }

  /** Of its row. */
  feedId(feed: FeedOfWorld): string {
    return this.feedIds.get(feed) ?? '';
  }

  /** As the service does when a feed was read: what changed is judged and told. */
  async settle(): Promise<void> {
    await this.rematch.drain();
    await this.telling.tellFinished();
  }

  /** It is taken out of the configuration, or back into it. */
  async toggle(feed: FeedOfWorld): Promise<void> {
    if (!this.active.delete(feed)) this.active.add(feed);
    await this.sync();
    await this.refresh(feed);
  }

  rank(): Promise<number> {
    return rankImages(this.database);
  }

  async push(): Promise<void> {
    const { dice } = this;
    const layers = Array.from({ length: 1 + dice.below(3) }, () => this.layer());
    const repositoryId = await this.repository(dice.pick(repositories));
    await this.judging.judgeNew(layers.flat());
    const digest = digestOf(JSON.stringify(layers));
    const image = await this.database.$transaction(async (tx) => {
      const known = await tx.image.findUnique({ where: { digest } });
      const data = { mediaType: 'image', state: 'scanned', inventoryKey: 'key', scannedAt: new Date() };
      const platform = { platform: 'linux/amd64', osId: 'debian', osVersionId: '12' };
      const { id } = known ?? (await tx.image.create({ data: { digest, ...data, ...platform } }));
      await tx.imagePart.deleteMany({ where: { imageId: id } });
      for (const [layerIndex, packageIds] of layers.entries()) {
        const partDigest = createHash('sha256').update(packageIds.join()).digest();
        const part = await tx.inventoryPart.upsert({
          where: { digest: partDigest },
          create: {
            digest: partDigest,
            packageIds: [...packageIds],
            locations: packageIds.map((each) => [`files/${String(each)}`]),
          },
          update: {},
        });
        await tx.imagePart.createMany({ data: { imageId: id, partId: part.id, layerIndex } });
      }
      await holdVerdicts(tx, layers.flat());
      await writeSummaries(tx, [id]);
      const manifest = await tx.manifest.upsert({
        where: { repositoryId_digest: { repositoryId, digest } },
        create: { repositoryId, digest },
        update: { deletedAt: null },
      });
      await tx.manifestImage.createMany({ data: { manifestId: manifest.id, imageId: id }, skipDuplicates: true });
      await this.tag(tx, { repositoryId, manifestId: manifest.id });
      return { id, digest, layers };
    });
    this.images.set(image.id, image);
    await recountSuppressed(this.database);
  }

  /** A tag points to another image of its repository. */
  async moveTag(): Promise<void> {
    const manifests = await this.database.manifest.findMany({ where: { deletedAt: null }, orderBy: { id: 'asc' } });
    if (manifests.length === 0) return;
    const { id: manifestId, repositoryId } = this.dice.pick(manifests);
    await this.database.$transaction((tx) => this.tag(tx, { repositoryId, manifestId }));
  }

  /** The registry has it no longer. */
  async deleteManifest(): Promise<void> {
    const manifests = await this.database.manifest.findMany({ where: { deletedAt: null }, orderBy: { id: 'asc' } });
    if (manifests.length === 0) return;
    const { id } = this.dice.pick(manifests);
    const deletedAt = new Date();
    await this.database.$transaction([
      this.database.manifest.update({ where: { id }, data: { deletedAt } }),
      this.database.tag.updateMany({ where: { manifestId: id }, data: { deletedAt } }),
    ]);
  }

  /** What no registry has any more is forgotten at once. */
  async collect(): Promise<void> {
    await new CollectUnreferenced(this.database).collect(0);
    const left = new Set((await this.database.image.findMany({ select: { id: true } })).map(({ id }) => id));
    for (const id of this.images.keys()) if (!left.has(id)) this.images.delete(id);
  }

  private async tag(
    tx: Transaction,
    { repositoryId, manifestId }: { readonly repositoryId: number; readonly manifestId: number },
  ): Promise<void> {
    const key = { repositoryId, name: this.dice.pick(tags) };
    await tx.tag.upsert({
      where: { repositoryId_name: key },
      create: { ...key, manifestId },
      update: { manifestId, deletedAt: null },
    });
  }

  private layer(): readonly number[] {
    const { dice } = this;
    const held = [dice.pick(this.packageIds), ...dice.some(this.packageIds, 3)];
    return [...new Set(held)].sort((a, b) => a - b);
  }

  private products(): readonly string[] {
    const purls = worldPackages.map(({ package: { purl } }) => purl);
    const named = ['pkg:npm/a', 'pkg:deb/debian/openssl'];
    return [...purls, ...named];
  }

  private async repository(name: string): Promise<number> {
    const { id: registryId } = await this.database.registry.findFirstOrThrow();
    const key = { registryId, name };
    const row = await this.database.repository.upsert({ where: { registryId_name: key }, create: key, update: {} });
    return row.id;
  }

  private async sync(): Promise<void> {
    const advisory = advisoryFeeds.filter((feed) => this.active.has(feed));
    const beside = enrichmentFeeds.filter((feed) => this.active.has(feed));
    const { configured } = await this.configured.sync({
      sources: advisory.map((feed) => this.said.sourceOf(feed)),
      enrichment: beside.map((id) => ({ id, source: this.said.path(id) })),
    });
    [...advisory, ...beside].forEach((feed, index) => this.feedIds.set(feed, configured[index] ?? ''));
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
