import { Inject, Injectable } from '@nestjs/common';
import { LayerRef, Problem } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { uncoveredProblems } from '@tidewaiter/features/matches';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { toListItem } from './image-row';
import { releaseSupport } from './release-support';
import type { ImageRow } from './image-columns';
import type { ImageFilter } from './image-filter';
import type { RiskKey } from './images-by-risk';
import { ImagesRepository, type ScannedKey } from './images.repository';
import type { Image, ImageDocument, ImageListItem, ImageListQuery, ImagePage, ImageSet } from './images.schema';

const ScannedKeySchema: z.ZodType<ScannedKey> = z.tuple([z.iso.datetime(), z.int32()]);
const RiskKeySchema: z.ZodType<RiskKey> = z.tuple([z.int32(), z.int32(), z.int32(), z.int32(), z.int32()]);
const StoredLayers = z.array(LayerRef.extend({ sizeBytes: z.number().optional() }));
const StoredProblems = z.array(Problem);

@Injectable()
export class ImagesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly images: ImagesRepository,
  ) {}

  async list(query: ImageListQuery): Promise<ImagePage> {
    return query.sort === 'risk' ? this.listByRisk(query) : this.listByScanTime(query);
  }

  /** The image, or what an index leads to. */
  async get(digest: string): Promise<ImageDocument> {
    const image = await this.images.findImage(digest);
    return image === null ? this.getSet(digest) : this.getImage(image);
  }

  /** The id of an image and its layers, for what is told about one image only, now or at a moment when it was known. */
  async requireImage(
    digest: string,
    at?: Date,
  ): Promise<{ readonly id: number; readonly layers: readonly LayerRef[] }> {
    const image = await this.images.findImage(digest);
    if (image !== null && at !== undefined && at < image.firstSeenAt) {
      const message = `${digest} was first seen on ${image.firstSeenAt.toISOString()}: nothing was known of it before`;
      throw new UserError('image-not-seen-yet', message);
    }
    if (image !== null) return { id: image.id, layers: StoredLayers.parse(image.layers).map(toRef) };
    const { images } = await this.getSet(digest);
    throw new UserError(
      'image-not-single',
      images.length === 0
        ? `${digest} is known but not scanned yet; see its scans`
        : `${digest} is an index; ask for one of its images: ${images.map((item) => item.digest).join(', ')}`,
    );
  }

  private async listByScanTime({ limit, cursor, sort, ...filter }: ImageListQuery): Promise<ImagePage> {
    const keys = keyset({ key: ScannedKeySchema, query: { list: 'images', sort, ...filter } });
    const page = { after: keys.after(cursor), limit };
    const known = await this.toFilter(filter);
    const rows = known === undefined ? [] : await this.images.findByScanTime(known, page);
    const toItem = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: (row) => [row.scannedAt.toISOString(), row.id], toItem });
  }

  private async listByRisk({ limit, cursor, sort, ...filter }: ImageListQuery): Promise<ImagePage> {
    const keys = keyset({ key: RiskKeySchema, query: { list: 'images', sort, ...filter } });
    const page = { after: keys.after(cursor), limit };
    const known = await this.toFilter(filter);
    const rows = known === undefined ? [] : await this.images.findByRisk(known, page);
    const toItem = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: riskOf, toItem });
  }

  /** Undefined when there is no such registry, and no image then. */
  private async toFilter({ registry, ...filter }: AskedFilter): Promise<ImageFilter | undefined> {
    const { repository, severity, q } = filter;
    if (registry === undefined) return { registryId: undefined, repository, severity, q };
    const registryId = await this.images.findRegistryId(registry);
    return registryId === undefined ? undefined : { registryId, repository, severity, q };
  }

  /** By id, those that are known. */
  async describe(ids: readonly number[]): Promise<ReadonlyMap<number, ImageListItem>> {
    const rows = await this.images.findByIds(ids);
    const toItem = await this.describer(rows);
    return new Map(rows.map((row) => [row.id, toItem(row)]));
  }

  private async describer(rows: readonly ImageRow[]): Promise<(row: ImageRow) => ImageListItem> {
    const locations = await this.images.findLocations(rows.map((row) => row.id));
    const supportOf = await releaseSupport(this.database, rows);
    return (row) => toListItem(row, locations.get(row.id) ?? [], supportOf(row));
  }

  private async getImage(image: NonNullable<StoredImage>): Promise<Image> {
    const [rows, packages, uncovered] = await Promise.all([
      this.images.findByIds([image.id]),
      this.images.countPackages(image.id),
      uncoveredProblems(this.database, [image.id]),
    ]);
    const [row] = rows;
    if (row === undefined) throw notFound(image.digest);
    const toItem = await this.describer(rows);
    return {
      kind: 'image',
      ...toItem(row),
      mediaType: image.mediaType,
      configDigest: image.configDigest,
      createdAt: image.imageCreatedAt,
      firstSeenAt: image.firstSeenAt.toISOString(),
      layers: StoredLayers.parse(image.layers).map((layer) => ({
        ...layer,
        packages: packages.byLayer.get(layer.index) ?? 0,
      })),
      problems: [...StoredProblems.parse(image.problems), ...uncovered],
      reason: image.reasonCode === null ? null : { code: image.reasonCode, message: image.reason ?? '' },
      unjudgedPackages: packages.unjudged,
    };
  }

  private async getSet(digest: string): Promise<ImageSet> {
    const manifests = await this.images.findManifests(digest);
    const [newest] = manifests;
    if (newest === undefined) throw notFound(digest);
    const ids = [...new Set(manifests.flatMap((manifest) => manifest.images.map((image) => image.imageId)))];
    const [rows, where] = await Promise.all([this.images.findByIds(ids), this.images.findManifestLocations(digest)]);
    const toItem = await this.describer(rows);
    return {
      kind: 'manifest',
      digest,
      mediaType: newest.mediaType,
      images: rows.map(toItem),
      where,
      scan: newest.scans[0] ?? null,
    };
  }
}

type StoredImage = Awaited<ReturnType<ImagesRepository['findImage']>>;

type AskedFilter = Omit<ImageListQuery, 'limit' | 'cursor' | 'sort'>;

function riskOf({ critical, high, medium, low, id }: ImageRow): RiskKey {
  return [critical ?? -1, high ?? -1, medium ?? -1, low ?? -1, id];
}

function toRef({ index, digest, diffId, createdBy }: z.infer<typeof StoredLayers>[number]): LayerRef {
  return {
    index,
    diffId,
    ...(digest === undefined ? {} : { digest }),
    ...(createdBy === undefined ? {} : { createdBy }),
  };
}

function notFound(digest: string): UserError {
  return new UserError('image-not-found', `no image or index with the digest ${digest} has been seen`);
}
