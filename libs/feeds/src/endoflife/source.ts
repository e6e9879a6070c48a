import type { ProductCycle } from '@tidewaiter/contracts';
import type { EnrichmentSource, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { readWholeJson } from '../whole-file';
import { EndOfLifeProduct, EndOfLifeProducts, type EndOfLifeRelease } from './products.schema';

const maxBytes = 64 * 1024 * 1024;

export const endOfLifeSource: EnrichmentSource<ProductCycle> = {
  id: 'endoflife',
  revision: 1,
  address: 'https://endoflife.date/api/v1/products/full',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<ProductCycle | FeedProblem> {
  for (const part of parts) {
    for await (const file of part.files()) {
      const where = { part: part.name, path: file.name };
      const document = await readWholeJson(file, { part: part.name, maxBytes });
      if (!document.ok) {
        yield document.error;
        continue;
      }
      const products = EndOfLifeProducts.safeParse(document.value);
      if (!products.success) {
        const message = `${file.name} is not a list of products: it has no list "result"`;
        yield { code: 'endoflife-document-invalid', message, ...where, fatal: true };
        continue;
      }
      for (const [index, value] of products.data.result.entries()) yield* cyclesOf(value, index, where);
    }
  }
}

function* cyclesOf(
  value: unknown,
  index: number,
  { part, path }: { readonly part: string; readonly path: string },
): Generator<ProductCycle | FeedProblem> {
  const product = EndOfLifeProduct.safeParse(value);
  if (!product.success) {
    const message = `product ${String(index)} of ${path} cannot be used: ${product.error.issues[0]?.path.join('.') ?? ''} is missing or malformed`;
    yield { code: 'endoflife-product-invalid', message, part, path: `${path}#${String(index)}` };
    return;
  }
  const { name, identifiers, releases } = product.data;
  for (const release of releases) yield cycleOf({ name, identifiers }, release);
}

function cycleOf(
  { name, identifiers }: Pick<EndOfLifeProduct, 'name' | 'identifiers'>,
  { name: cycle, label, isEol, eolFrom, eoesFrom, latest }: EndOfLifeRelease,
): ProductCycle {
  return {
    kind: 'product-cycle',
    product: name,
    cycle,
    label: label ?? cycle,
    isOver: isEol,
    ...(eolFrom !== undefined && { endsOn: eolFrom }),
    ...(eoesFrom !== undefined && { extendedEndsOn: eoesFrom }),
    ...(latest !== undefined && { latest: latest.name }),
    identifiers,
  };
}
