import { asDescribed, type KnownRecord } from './known-records';

const first: KnownRecord = {
  ...{ advisoryId: 1, feed: 'osv', id: 'GHSA-1', modified: '2026-01-01T00:00:00Z', knownFrom: null, knownUntil: null },
  ...{ published: '2026-01-01T00:00:00Z', withdrawn: null, summary: 'First words', references: [], affected: [] },
  severities: [{ source: 'GitHub', kind: 'word', value: 'critical' }],
};
const second: KnownRecord = {
  ...{ ...first, advisoryId: 2, id: 'GHSA-2', published: '2026-01-02T00:00:00Z', summary: 'Second words' },
  severities: [{ source: 'GitHub', kind: 'word', value: 'low' }],
};
const withdrawn = '2026-02-01T00:00:00Z';

describe('a vulnerability as its records describe it', () => {
  it('is as those say that are not withdrawn', () => {
    const described = asDescribed([{ ...first, withdrawn }, second]);
    expect(described).toMatchObject({ severity: 'low', summary: 'Second words', published: second.published });
  });

  it('is as all say where each is withdrawn', () => {
    const described = asDescribed([
      { ...first, withdrawn },
      { ...second, withdrawn },
    ]);
    expect(described).toMatchObject({ severity: 'critical', summary: 'First words', published: first.published });
  });
});
