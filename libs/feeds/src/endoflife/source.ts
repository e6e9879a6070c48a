import type { ProductCycle } from '@tidewaiter/contracts';
import type { EnrichmentSource, FeedIo, FeedProblem, Fetched, Fingerprint, Snapshot } from '../feed';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { EndOfLifeProduct, EndOfLifeProducts, type EndOfLifeRelease } from './products.schema';

export const endOfLifeSource: EnrichmentSource<ProductCycle> = {
  id: 'endoflife',
  revision: 1,
  address: 'https://endoflife.date/api/v1/products/full',
  fetch,
  parse,
};

/** The address has no ending that would say what is there. */
async function fetch(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  if (!/^https?:/i.test(source)) return io.local(source, last);
  return io.downloadAll([{ url: source, name: 'products.json', part: 'products' }], last);
}

async function* parse({ parts }: Snapshot): AsyncGenerator<ProductCycle | FeedProblem> {
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* productsOf(document);
      else yield document;
    }
  }
}

function* productsOf({ part, path, json }: JsonDocument): Generator<ProductCycle | FeedProblem> {
  const products = EndOfLifeProducts.safeParse(json);
  if (products.success) {
    for (const [index, value] of products.data.result.entries()) yield* cyclesOf(value, index, { part, path });
    return;
  }
  const message = `${path} is not a list of products: it has no list "result"`;
  yield { code: 'endoflife-document-invalid', message, part, path, fatal: true };
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
