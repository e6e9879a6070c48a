import { readCsaf } from './csaf';

function product(product_id: string, purl?: string) {
  const helper = purl === undefined ? { cpe: 'cpe:/o:redhat:enterprise_linux:9' } : { purl };
  return {
    category: 'product_version',
    name: product_id,
    product: { product_id, name: product_id, product_identification_helper: helper },
  };
}

function document(vulnerability: object) {
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      publisher: { category: 'vendor', name: 'Acme' },
      tracking: { id: 'ACME-1', current_release_date: '2026-01-01T00:00:00+00:00' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'Acme',
          branches: [
            product('app', 'pkg:oci/app'),
            product('lib', 'pkg:npm/lib@1.0.0'),
            product('rhel-9'),
            product('tool', 'pkg:npm/tool'),
          ],
        },
      ],
      product_groups: [{ group_id: 'all', product_ids: ['lib', 'app:lib'] }],
      relationships: [relationship('lib', 'app', 'app:lib'), relationship('lib', 'rhel-9', 'rhel-9:lib')],
    },
    vulnerabilities: [{ cve: 'CVE-2026-1', ...vulnerability }],
  };
}

function relationship(product_reference: string, relates_to_product_reference: string, product_id: string) {
  return {
    category: 'default_component_of',
    product_reference,
    relates_to_product_reference,
    full_product_name: { product_id, name: '' },
  };
}

function read(vulnerability: object): readonly unknown[] {
  return [...(readCsaf(document(vulnerability)) ?? [])];
}

describe('CSAF VEX', () => {
  it('gives the products of each status, and of a component where it is meant', () => {
    const stated = {
      known_not_affected: ['app:lib'],
      fixed: ['tool'],
      known_affected: ['lib'],
      under_investigation: ['app'],
    };
    expect(read({ product_status: stated, ids: [{ system_name: 'GitHub', text: 'GHSA-aaaa' }] })).toMatchObject([
      {
        document: 'ACME-1',
        author: 'Acme',
        timestamp: '2026-01-01T00:00:00+00:00',
        vulnerabilities: ['CVE-2026-1', 'GHSA-aaaa'],
        status: 'not_affected',
        products: [{ purl: 'pkg:oci/app', subcomponents: ['pkg:npm/lib@1.0.0'] }],
      },
      { status: 'fixed', products: [{ purl: 'pkg:npm/tool', subcomponents: [] }] },
      { status: 'affected', products: [{ purl: 'pkg:npm/lib@1.0.0', subcomponents: [] }] },
      { status: 'under_investigation', products: [{ purl: 'pkg:oci/app', subcomponents: [] }] },
    ]);
  });

  it('has the reason of each product, by the product or by a group', () => {
    expect(
      read({
        product_status: { known_not_affected: ['lib', 'tool', 'app:lib'] },
        flags: [{ label: 'component_not_present', group_ids: ['all'] }],
        threats: [
          { category: 'impact', details: 'Not used', product_ids: ['tool'] },
          { category: 'exploit_status', details: 'none', product_ids: ['lib'] },
        ],
      }),
    ).toMatchObject([
      { justification: 'component_not_present', products: [{ purl: 'pkg:npm/lib@1.0.0' }, { purl: 'pkg:oci/app' }] },
      { statement: 'Not used', products: [{ purl: 'pkg:npm/tool' }] },
    ]);
  });

  it('says nothing of a component in a product without a purl: the same purl is in every release of it', () => {
    expect(read({ product_status: { known_not_affected: ['rhel-9:lib'] } })).toEqual([
      { code: 'vex-product-unknown', message: expect.stringContaining('CVE-2026-1 in 1 products') },
    ]);
  });

  it('is no other document', () => {
    expect(readCsaf({ document: { csaf_version: '1.2' } })).toBeUndefined();
    expect(readCsaf('x')).toBeUndefined();
  });
});
