import type { ReleaseSupport } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { supportOf, supportProductOf } from '@tidewaiter/ecosystems';
import type { ImageRow } from './image-columns';

type OsOf = Pick<ImageRow, 'osId' | 'osVersionId'>;

/** How long the releases of these images are looked after, as of today. */
export async function releaseSupport(
  database: Database,
  rows: readonly OsOf[],
): Promise<(row: OsOf) => ReleaseSupport | undefined> {
  const products = new Set(rows.flatMap(({ osId }) => (osId === null ? [] : [supportProductOf({ id: osId })])));
  const found = await database.productCycle.findMany({ where: { product: { in: [...products] } } });
  const cycles = Map.groupBy(
    found.map(({ product, cycle, isOver, endsOn, extendedEndsOn }) => ({
      product,
      cycle,
      isOver,
      ...(endsOn === null ? {} : { endsOn }),
      ...(extendedEndsOn === null ? {} : { extendedEndsOn }),
    })),
    ({ product }) => product,
  );
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length);
  return ({ osId, osVersionId }) => {
    if (osId === null || osVersionId === null) return undefined;
    return supportOf({ versionId: osVersionId }, cycles.get(supportProductOf({ id: osId })) ?? [], today);
  };
}
