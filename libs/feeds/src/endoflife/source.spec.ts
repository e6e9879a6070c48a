import { readAll } from '../testing/snapshots';
import { endOfLifeSource } from './source';

const bookworm = {
  name: '12',
  codename: 'Bookworm',
  label: '12 (Bookworm)',
  releaseDate: '2023-06-10',
  isEol: false,
  eolFrom: '2026-06-10',
  eoesFrom: '2028-06-30',
  latest: { name: '12.11', date: '2025-05-17', link: null },
};
const debian = {
  name: 'debian',
  identifiers: [{ type: 'purl', id: 'pkg:docker/library/debian' }],
  releases: [bookworm],
};

function document(...products: readonly unknown[]): string {
  return JSON.stringify({ schema_version: '1.2.1', total: products.length, result: products });
}

describe('end-of-life dates', () => {
  it('gives each line of releases', async () => {
    expect(await readAll(endOfLifeSource, { 'full.json': document(debian) })).toEqual({
      items: [
        {
          kind: 'product-cycle',
          product: 'debian',
          cycle: '12',
          label: '12 (Bookworm)',
          isOver: false,
          endsOn: '2026-06-10',
          extendedEndsOn: '2028-06-30',
          latest: '12.11',
          identifiers: [{ type: 'purl', id: 'pkg:docker/library/debian' }],
        },
      ],
      problems: [],
    });
  });

  it('takes null for "nobody has said"', async () => {
    const rolling = { ...bookworm, eolFrom: null, eoesFrom: null, latest: null, label: null };
    const { items } = await readAll(endOfLifeSource, { 'full.json': document({ ...debian, releases: [rolling] }) });
    expect(items).toEqual([
      {
        kind: 'product-cycle',
        product: 'debian',
        cycle: '12',
        label: '12',
        isOver: false,
        identifiers: debian.identifiers,
      },
    ]);
  });

  it('names a product it cannot use and goes on', async () => {
    const { items, problems } = await readAll(endOfLifeSource, {
      'full.json': document({ name: 'x' }, debian, { ...debian, releases: [{ name: '1' }] }),
    });
    expect(items).toHaveLength(1);
    expect(problems).toEqual(['endoflife-product-invalid full.json#0', 'endoflife-product-invalid full.json#2']);
  });

  it('refuses another document', async () => {
    expect(await readAll(endOfLifeSource, { 'full.json': '[]' })).toEqual({
      items: [],
      problems: ['endoflife-document-invalid full.json!'],
    });
  });
});
