import { Inject, Injectable } from '@nestjs/common';
import { keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { BasesRepository, type ChainedImage } from './bases.repository';
import type { DependentListQuery, DependentPage, ImageBases } from './bases.schema';
import { ImagesService } from './images.service';
import { KNOWN_BASES, type KnownBaseNames } from './known-bases';

/** What an image is built on, and what is built on it. */
@Injectable()
export class BasesService {
  constructor(
    private readonly bases: BasesRepository,
    private readonly images: ImagesService,
    @Inject(KNOWN_BASES) private readonly knownBases: KnownBaseNames,
  ) {}

  async basesOf(digest: string): Promise<ImageBases> {
    const image = await this.find(digest);
    const found = await this.bases.findBases(image);
    const items = await this.images.describe(found.map(({ id }) => id));
    const { baseName: name, baseDigest } = image;
    return {
      layers: image.chains.length,
      items: found.flatMap(({ id, layers }) => {
        const item = items.get(id);
        return item === undefined ? [] : [{ ...item, layers }];
      }),
      known: this.knownBasesOf(image),
      stated: name === null && baseDigest === null ? null : { name, digest: baseDigest },
    };
  }

  async dependents(digest: string, { limit, cursor }: DependentListQuery): Promise<DependentPage> {
    const image = await this.find(digest);
    const keys = keyset({ key: z.int32(), query: { list: 'dependents', digest } });
    const rows = await this.bases.findDependents(image, { after: keys.after(cursor), limit });
    const items = await this.images.describe(rows.map(({ id }) => id));
    const page = keys.page(rows, { limit, keyOf: ({ id }) => id, toItem: ({ id }) => items.get(id) });
    const rebuild = await this.bases.countRebuild(image);
    return { next: page.next, items: page.items.filter((item) => item !== undefined), rebuild };
  }

  private async find(digest: string): Promise<ChainedImage> {
    return this.bases.chainedImage((await this.images.requireImage(digest)).id);
  }

  /** The nearest first. An image that is a known base itself is one, too. */
  private knownBasesOf({ chains }: ChainedImage): ImageBases['known'] {
    return chains
      .flatMap((chain, index) => {
        const names = this.knownBases.get(Buffer.from(chain).toString('hex')) ?? [];
        return names.map((name) => ({ name, layers: index + 1 }));
      })
      .reverse();
  }
}
