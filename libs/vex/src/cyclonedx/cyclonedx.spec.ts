import { isFeedProblem, type Snapshot } from '@tidewaiter/feeds';
import { vexSource, vexSourceForMany } from '../vex-source';
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

function snapshotOf(...documents: readonly object[]): Snapshot {
  const files = documents.map((document, place) => {
    const bytes = Buffer.from(JSON.stringify(document));
    const read = async (target: Uint8Array, position: number) => bytes.copy(target, 0, position);
    return { name: `${String(place)}.json`, sizeBytes: bytes.length, read };
  });
  return {
    parts: [
      {
        name: 'p',
        async *files() {
          yield* files;
        },
      },
    ],
  };
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

  it('tells what the document describes where that has no purl', async () => {
    const document = bom({ state: 'false_positive' });
    const unnamed = {
      ...document,
      metadata: { ...document.metadata, component: { type: 'application', name: 'Acme' } },
    };
    expect([...(readCycloneDx(unnamed) ?? [])]).toMatchObject([{ describes: 'Acme', products: [{ purl: lodash }] }]);
    expect(read({ state: 'false_positive' })).not.toHaveProperty('0.describes');
    expect(read({ state: 'false_positive' }, { main: 'pkg:oci/app' })).not.toHaveProperty('0.describes');
    const snapshot = snapshotOf(unnamed, document);
    const said = async (source: typeof vexSource): Promise<boolean[]> => {
      const items: boolean[] = [];
      for await (const item of source.parse(snapshot)) items.push(!isFeedProblem(item));
      return items;
    };
    expect(await said(vexSource)).toEqual([true, true]);
    expect(await said(vexSourceForMany)).toEqual([false, true]);
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

  it('resolves a link by its own references only when it leads to itself', () => {
    const serialNumber = 'urn:uuid:3E671687-395B-41F5-A30F-A58921A69B79';
    const linked = (serial: string) => [
      ...(readCycloneDx({
        ...bom({ state: 'resolved' }, { refs: [`urn:cdx:${serial}/1#c1`] }),
        serialNumber,
      }) ?? []),
    ];
    expect(linked('3e671687-395b-41f5-a30f-a58921a69b79')).toMatchObject([{ products: [{ purl: lodash }] }]);
    expect(linked('f08a6ccd-4dce-4759-bd84-c626675d60a7')).toMatchObject([{ code: 'vex-product-unknown' }]);
    expect(linked('f08a6ccd-4dce-4759-bd84-c626675d60a7')).toHaveLength(1);
  });

  it('is as old as its analysis or its document, not as the vulnerability', () => {
    const document = bom({ state: 'exploitable' });
    const [vulnerability] = document.vulnerabilities;
    const dated = (metadata: object, fields: object) => [
      ...(readCycloneDx({
        ...document,
        metadata,
        vulnerabilities: [{ ...vulnerability, published: '2021-01-01T00:00:00Z', ...fields }],
      }) ?? []),
    ];
    expect(dated(document.metadata, {})).toMatchObject([{ timestamp: '2026-01-01T00:00:00Z' }]);
    expect(dated({}, {})).toMatchObject([{ timestamp: '2021-01-01T00:00:00Z' }]);
    const analysis = { state: 'exploitable', firstIssued: '2025-01-01T00:00:00Z' };
    expect(dated(document.metadata, { analysis })).toMatchObject([{ timestamp: '2025-01-01T00:00:00Z' }]);
  });

  it.each([
    // `status` is "affected" where it is not stated.
    [[{ version: '1.0' }], []],
    [[{ range: 'vers:npm/>=1.0', status: 'unaffected' }], []],
    [
      [
        { version: '1.0', status: 'affected' },
        { version: '1+1', status: 'unaffected' },
      ],
      ['pkg:npm/c@1%2B1?x=y'],
    ],
  ])('vouches only for the versions that it lists as unaffected: %j', (versions, purls) => {
    const vouched = (state: string, ref: string) => {
      const document = bom({ state });
      const [vulnerability] = document.vulnerabilities;
      const vulnerabilities = [{ ...vulnerability, affects: [{ ref, versions }] }];
      return [...(readCycloneDx({ ...document, vulnerabilities }) ?? [])];
    };
    expect(vouched('resolved', 'pkg:npm/c?x=y')).toMatchObject(
      purls.length === 0 ? [{ code: 'vex-product-unknown' }] : [{ products: purls.map((purl) => ({ purl })) }],
    );
    expect(vouched('resolved', 'pkg:npm/c@2')).toMatchObject([{ code: 'vex-product-unknown' }]);
    expect(vouched('exploitable', 'pkg:npm/c@2')).toMatchObject([{ products: [{ purl: 'pkg:npm/c@2' }] }]);
  });

  it('reads the others beside a vulnerability without a state or an id', () => {
    const document = bom({ state: 'resolved' });
    const [vulnerability] = document.vulnerabilities;
    const vulnerabilities = [
      { ...vulnerability, analysis: { response: ['update'] } },
      { ...vulnerability, id: undefined, references: [] },
      { ...vulnerability, id: undefined },
    ];
    expect([...(readCycloneDx({ ...document, vulnerabilities }) ?? [])]).toMatchObject([
      { code: 'vex-statement-invalid' },
      { vulnerabilities: ['GHSA-aaaa'] },
    ]);
  });
});
