import { readOpenVex } from './openvex';

const image = 'pkg:oci/app?repository_url=ghcr.io%2Facme%2Fapp';

function document(...statements: readonly object[]) {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex/1',
    author: 'Acme',
    timestamp: '2026-01-01T00:00:00Z',
    version: 1,
    statements,
  };
}

const statement = {
  vulnerability: { '@id': 'https://nvd.nist.gov/vuln/detail/CVE-2026-1', name: 'GHSA-aaaa', aliases: ['GO-2026-1'] },
  products: [{ '@id': image, subcomponents: [{ '@id': 'x', identifiers: { purl: 'pkg:npm/lodash@4.17.20' } }] }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
  impact_statement: 'Never called.',
};

function read(json: unknown): readonly unknown[] {
  return [...(readOpenVex(json) ?? [])];
}

describe('OpenVEX', () => {
  it('gives each statement with its reason, all names of the vulnerability and the time of the document', () => {
    expect(read(document(statement))).toEqual([
      {
        document: 'https://acme.example/vex/1',
        author: 'Acme',
        timestamp: '2026-01-01T00:00:00Z',
        vulnerabilities: ['GHSA-aaaa', 'GO-2026-1', 'CVE-2026-1'],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
        statement: 'Never called.',
        products: [{ purl: image, subcomponents: ['pkg:npm/lodash@4.17.20'] }],
      },
    ]);
  });

  it('has the time of the statement where it states one', () => {
    expect(read(document({ ...statement, timestamp: '2026-02-01T00:00:00.123456789-03:00' }))).toMatchObject([
      { timestamp: '2026-02-01T00:00:00.123456789-03:00' },
    ]);
  });

  it('reads the first versions: names in the place of objects, components beside products', () => {
    const old = { vulnerability: 'CVE-2026-1', products: [image], subcomponents: ['pkg:npm/a'], status: 'fixed' };
    expect(read(document(old))).toMatchObject([
      { vulnerabilities: ['CVE-2026-1'], products: [{ purl: image, subcomponents: ['pkg:npm/a'] }] },
    ]);
  });

  it('knows an image by its hash', () => {
    const products = [{ '@id': 'urn:uuid:1', hashes: { 'sha-256': 'AB'.repeat(32) } }];
    expect(read(document({ ...statement, products }))).toMatchObject([
      { products: [{ digest: `sha256:${'ab'.repeat(32)}`, subcomponents: [] }] },
    ]);
  });

  it.each([
    ['gives no reason', { justification: undefined, impact_statement: undefined }, 'vex-justification-missing'],
    ['names no product we can find', { products: [{ '@id': 'cpe:/a:acme:app' }] }, 'vex-product-unknown'],
    [
      'means parts that we cannot find: they are not the whole',
      { products: [{ '@id': image, subcomponents: [{ '@id': 'cpe:/a:b:c' }] }] },
      'vex-product-unknown',
    ],
    ['names no vulnerability', { vulnerability: {} }, 'vex-statement-invalid'],
    ['has a status nobody knows', { status: 'perhaps' }, 'vex-statement-invalid'],
    ['has no product', { products: [] }, 'vex-statement-invalid'],
  ])('does not use a statement that %s, and reads the next', (_what, change, code) => {
    const [problem, next] = read(document({ ...statement, ...change }, statement));
    expect(problem).toMatchObject({ code });
    expect(next).toMatchObject({ status: 'not_affected' });
  });

  it.each([[null], [[]], [{ statements: [] }], [{ ...document(), timestamp: 'now' }]])('is not %j', (json) => {
    expect(readOpenVex(json)).toBeUndefined();
  });
});
