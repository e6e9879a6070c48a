import { readCycloneDx } from './cyclonedx';

const lodash = 'pkg:npm/lodash@4.17.20';

function bom(analysis: object | undefined, { main, refs = ['c1'] }: { main?: string; refs?: readonly string[] } = {}) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:1',
    metadata: {
      timestamp: '2026-01-01T00:00:00Z',
      authors: [{ name: 'Acme' }],
      ...(main !== undefined && { component: { type: 'container', name: 'app', 'bom-ref': 'root', purl: main } }),
    },
    components: [{ type: 'library', name: 'x', 'bom-ref': 'c0', components: [{ 'bom-ref': 'c1', purl: lodash }] }],
    vulnerabilities: [
      {
        id: 'CVE-2026-1',
        references: [{ id: 'GHSA-aaaa', source: {} }],
        analysis,
        affects: refs.map((ref) => ({ ref })),
      },
    ],
  };
}

function read(...args: Parameters<typeof bom>): readonly unknown[] {
  return [...(readCycloneDx(bom(...args)) ?? [])];
}

describe('CycloneDX VEX', () => {
  it('gives the analysis of each vulnerability with the packages it names', () => {
    expect(read({ state: 'not_affected', justification: 'code_not_reachable', detail: 'Never called.' })).toEqual([
      {
        document: 'urn:uuid:1',
        author: 'Acme',
        timestamp: '2026-01-01T00:00:00Z',
        vulnerabilities: ['CVE-2026-1', 'GHSA-aaaa'],
        status: 'not_affected',
        justification: 'code_not_reachable',
        statement: 'Never called.',
        products: [{ purl: lodash, subcomponents: [] }],
      },
    ]);
  });

  it.each([
    ['resolved', 'fixed'],
    ['resolved_with_pedigree', 'fixed'],
    ['false_positive', 'not_affected'],
    ['exploitable', 'affected'],
    ['in_triage', 'under_investigation'],
  ])('has "%s" as %s', (state, status) => {
    expect(read({ state })).toMatchObject([{ status }]);
  });

  it('means components only in the thing the document describes', () => {
    expect(read({ state: 'false_positive' }, { main: 'pkg:oci/app', refs: ['c1', 'root'] })).toMatchObject([
      {
        products: [
          { purl: 'pkg:oci/app', subcomponents: [lodash] },
          { purl: 'pkg:oci/app', subcomponents: [] },
        ],
      },
    ]);
  });

  it('follows links into other documents, and purls in the place of references', () => {
    const refs = [`urn:cdx:f08a/1#${encodeURIComponent('pkg:npm/@a/b@1')}`, 'pkg:npm/c@1'];
    expect(read({ state: 'resolved', lastUpdated: '2026-03-01T00:00:00Z' }, { refs })).toMatchObject([
      { timestamp: '2026-03-01T00:00:00Z', products: [{ purl: 'pkg:npm/@a/b@1' }, { purl: 'pkg:npm/c@1' }] },
    ]);
  });

  it('names what it cannot use, and takes a finding for no statement', () => {
    expect(read({ state: 'resolved' }, { refs: ['nowhere'] })).toMatchObject([{ code: 'vex-product-unknown' }]);
    expect(read({ state: 'maybe' })).toMatchObject([{ code: 'vex-statement-invalid' }]);
    expect(read(undefined)).toEqual([]);
    expect(readCycloneDx({ bomFormat: 'SPDX' })).toBeUndefined();
  });
});
