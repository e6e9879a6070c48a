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
import { JudgePackages, rankImages, recordPackages } from '@tidewaiter/features/matches';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import {
  CollectUnreferenced,
  recordDeleted,
  recordImages,
  recordSighting,
  type ReadImage,
} from '@tidewaiter/features/scans';
import type { Dice } from '@tidewaiter/testing';
import { mediaTypes, nothingToAssess } from '@tidewaiter/contracts';
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

const mediaType = mediaTypes.ociManifest;
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
    const digest = digestOf(JSON.stringify(layers));
    await this.judging.judgeNew(layers.flat());
    const sighting = { digest, repository: dice.pick(repositories), tag: dice.pick(tags) };
    const id = await this.database.$transaction(async (tx) => {
      const { manifestId } = await recordSighting(tx, { ...(await this.place()), ...sighting });
      const images = [readImage(digest, layers)];
      const { imageIds } = await recordImages(tx, { manifestId, mediaType, images, inventoryKey: 'key' });
      return imageIds[0] ?? 0;
    });
    this.images.set(id, { id, digest, layers });
    await this.settle();
  }

  /** A tag points to another image of its repository. */
  async moveTag(): Promise<void> {
    const found = await this.anyManifest();
    if (found === undefined) return;
    const sighting = { ...found, tag: this.dice.pick(tags) };
    await this.database.$transaction(async (tx) => recordSighting(tx, { ...(await this.place()), ...sighting }));
  }

  /** The registry has it no longer. */
  async deleteManifest(): Promise<void> {
    const found = await this.anyManifest();
    if (found === undefined) return;
    const { repository, digest } = found;
    const deletion = { repository, digests: [digest] };
    await this.database.$transaction(async (tx) => recordDeleted(tx, { ...(await this.place()), ...deletion }));
    await this.settle();
  }

  /** What no registry has any more is forgotten at once. */
  async collect(): Promise<void> {
    await new CollectUnreferenced(this.database).collect(0);
    const left = new Set((await this.database.image.findMany({ select: { id: true } })).map(({ id }) => id));
    for (const id of this.images.keys()) if (!left.has(id)) this.images.delete(id);
  }

  private async anyManifest(): Promise<{ readonly repository: string; readonly digest: string } | undefined> {
    const manifests = await this.database.manifest.findMany({
      where: { deletedAt: null },
      orderBy: { id: 'asc' },
      include: { repository: true },
    });
    if (manifests.length === 0) return undefined;
    const { digest, repository } = this.dice.pick(manifests);
    return { digest, repository: repository.name };
  }

  private layer(): readonly number[] {
    const { dice } = this;
    const held = [dice.pick(this.packageIds), ...dice.some(this.packageIds, 3)];
    return [...new Set(held)].sort((a, b) => a - b);
  }

  private products(): readonly string[] {
    const purls = worldPackages.map(({ package: { purl } }) => purl);
    const places = repositories.map((name) => `pkg:oci/${name}?repository_url=main.example/${name}`);
    const named = ['pkg:npm/a', 'pkg:deb/debian/openssl', ...places, ...places, ...places];
    return [...purls, ...named];
  }

  private async place() {
    const { id: registryId } = await this.database.registry.findFirstOrThrow();
    return { registryId, source: 'webhook' as const };
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

/** As if it had been pulled. */
function readImage(digest: string, layers: readonly (readonly number[])[]): ReadImage {
  const image = {
    digest,
    platform: { os: 'linux', architecture: 'amd64' },
    os: { id: 'debian', versionId: '12', prettyName: 'Debian 12' },
  };
  const nothing = { layers: [], packages: [], executables: [], problems: [] };
  const inventory = { ...nothing, image, assessability: nothingToAssess, complete: true };
  const descriptor = { mediaType, digest, size: 1 };
  return {
    reading: {
      ...{ kind: 'inventory', descriptor, inventory, targetDigest: digest },
      ...{ retryable: false, lacksLayers: false },
    },
    parts: layers.map((packageIds, layerIndex) => ({
      ...{ layerIndex, packageIds, locations: packageIds.map((each) => [`files/${String(each)}`]) },
    })),
  };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
