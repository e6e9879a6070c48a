import { Inject, Injectable } from '@nestjs/common';
import type { Package } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { HoldingImages } from './holding-images';
import type { HoldingImagePage, PackageSearchQuery } from './images.schema';
import { startingWith } from './sql-fragments';

/** Which images hold a package, by its name. */
@Injectable()
export class PackageSearchService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly holding: HoldingImages,
  ) {}

  async search({ limit, cursor, ...filter }: PackageSearchQuery): Promise<HoldingImagePage> {
    const keys = keyset({ key: z.int32(), query: { list: 'packages', ...filter } });
    const holdings = await this.holding.find(packagesLike(filter), { after: keys.after(cursor), limit });
    const packages = await this.findPackages(holdings.flatMap(({ held }) => held.map(({ packageId }) => packageId)));
    return keys.page(holdings, {
      limit,
      keyOf: ({ imageId }) => imageId,
      toItem: ({ image, held }) => ({
        image,
        packages: held.flatMap(({ packageId, layer }) => {
          const found = packages.get(packageId);
          return found === undefined ? [] : [{ ...found, layer }];
        }),
      }),
    });
  }

  private async findPackages(ids: readonly number[]): Promise<ReadonlyMap<number, Package>> {
    const rows = await this.database.package.findMany({ where: { id: { in: [...new Set(ids)] } } });
    return new Map(
      rows.map((row) => [
        row.id,
        {
          ecosystem: row.ecosystem,
          name: row.name,
          version: row.version,
          ...(row.architecture === null ? {} : { architecture: row.architecture }),
          purl: row.purl,
          ...(row.sourceName === null
            ? {}
            : { source: { name: row.sourceName, version: row.sourceVersion ?? row.version } }),
          ...(row.module === null ? {} : { module: row.module }),
        },
      ]),
    );
  }
}

function packagesLike({ name, version, ecosystem }: Pick<PackageSearchQuery, 'name' | 'version' | 'ecosystem'>) {
  const conditions = [
    Prisma.sql`k.name = ${name}`,
    ...(version === undefined ? [] : [Prisma.sql`k.version = ${version}`]),
    ...(ecosystem === undefined
      ? []
      : [Prisma.sql`(k.ecosystem = ${ecosystem} OR k.ecosystem LIKE ${startingWith(`${ecosystem}:`)})`]),
  ];
  return Prisma.sql`SELECT k.id FROM package k WHERE ${Prisma.join(conditions, ' AND ')}`;
}
