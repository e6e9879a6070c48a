import { aliasGroups, type AliasRecord } from './alias-groups';

describe('aliasGroups', () => {
  it('names a group by its one CVE and lists the others', () => {
    const ghsa = record('GHSA-a', ['CVE-2024-1000']);
    const groups = aliasGroups([ghsa, record('PYSEC-2024-1', ['GHSA-a']), record('CVE-2024-1000', [])]);
    const expected = [{ id: 'CVE-2024-1000', aliases: ['GHSA-a', 'PYSEC-2024-1'] }];
    for (const id of ['GHSA-a', 'PYSEC-2024-1', 'CVE-2024-1000']) {
      expect(groups.vulnerabilitiesOf(record(id, []))).toEqual(expected);
    }
  });

  it('takes aliases as symmetric: only one side has to name the other', () => {
    const groups = aliasGroups([record('CVE-2024-1000', ['GHSA-a']), record('GHSA-a', [])]);
    expect(ids(groups.vulnerabilitiesOf(record('GHSA-a', [])))).toEqual(['CVE-2024-1000']);
  });

  it('keeps GHSA, then the native id, where there is no CVE', () => {
    const malware = record('MAL-2024-1', ['GHSA-m']);
    const groups = aliasGroups([malware, record('MAL-2024-2', []), record('TEMP-0000000-ABCDEF', [])]);
    expect(groups.vulnerabilitiesOf(malware)).toEqual([{ id: 'GHSA-m', aliases: ['MAL-2024-1'] }]);
    expect(groups.vulnerabilitiesOf(record('MAL-2024-2', []))).toEqual([{ id: 'MAL-2024-2', aliases: [] }]);
  });

  it('never merges two CVEs through another id: that id is a bundle and is about both', () => {
    const bundle = record('GHSA-bundle', ['CVE-2024-1000', 'CVE-2024-2000']);
    const groups = aliasGroups([bundle, record('CVE-2024-1000', []), record('CVE-2024-2000', ['GHSA-other'])]);
    expect(groups.vulnerabilitiesOf(bundle)).toEqual([
      { id: 'CVE-2024-1000', aliases: [] },
      { id: 'CVE-2024-2000', aliases: ['GHSA-other'] },
    ]);
  });

  it('does not merge two CVEs over a chain of other ids either', () => {
    const chain = [record('GHSA-a', ['CVE-2024-1000']), record('GHSA-b', ['CVE-2024-2000', 'GHSA-a'])];
    const groups = aliasGroups([...chain, record('BIT-x', ['GHSA-a', 'GHSA-b'])]);
    expect(ids(groups.vulnerabilitiesOf(record('GHSA-a', [])))).toEqual(['CVE-2024-1000']);
    expect(ids(groups.vulnerabilitiesOf(record('GHSA-b', [])))).toEqual(['CVE-2024-2000']);
    expect(ids(groups.vulnerabilitiesOf(record('BIT-x', [])))).toEqual(['CVE-2024-1000', 'CVE-2024-2000']);
  });

  it('does not merge CVEs that name each other: OSV closes aliases over the GitHub advisory that has them all', () => {
    const squid = ['CVE-2021-31806', 'CVE-2021-31807', 'CVE-2021-31808'];
    const records = squid.map((id) => record(id, [...squid.filter((other) => other !== id), 'GHSA-pxwq-f3qr-w2xf']));
    const groups = aliasGroups(records);
    for (const each of records) expect(groups.vulnerabilitiesOf(each)).toEqual([{ id: each.id, aliases: [] }]);
    expect(ids(groups.vulnerabilitiesOf(record('GHSA-pxwq-f3qr-w2xf', [])))).toEqual(squid);
  });

  it('believes an id about its own CVE, whatever CVEs claim it', () => {
    const groups = aliasGroups([
      record('CVE-2019-25010', ['CVE-2020-25575', 'GHSA-jq66-xh47-j9f3', 'GHSA-r98r-j25q-rmpr']),
      record('GHSA-jq66-xh47-j9f3', ['CVE-2020-25575']),
      record('GHSA-r98r-j25q-rmpr', ['CVE-2019-25010']),
    ]);
    expect(groups.vulnerabilitiesOf(record('GHSA-jq66-xh47-j9f3', []))).toEqual([
      { id: 'CVE-2020-25575', aliases: ['GHSA-jq66-xh47-j9f3'] },
    ]);
    expect(groups.vulnerabilitiesOf(record('CVE-2019-25010', []))).toEqual([
      { id: 'CVE-2019-25010', aliases: ['GHSA-r98r-j25q-rmpr'] },
    ]);
  });

  it('explodes an errata to the CVEs it derives from, without making them one', () => {
    const errata = record('DSA-1-1', [], ['CVE-2024-2000', 'CVE-2024-1000']);
    const groups = aliasGroups([errata, record('GHSA-a', ['CVE-2024-1000'])]);
    expect(groups.vulnerabilitiesOf(errata)).toEqual([
      { id: 'CVE-2024-1000', aliases: ['GHSA-a'] },
      { id: 'CVE-2024-2000', aliases: [] },
    ]);
    expect(groups.vulnerabilitiesOf(record('CVE-2024-1000', []))).toEqual([
      { id: 'CVE-2024-1000', aliases: ['GHSA-a'] },
    ]);
  });

  it('follows upstream over ids that are no CVE', () => {
    const groups = aliasGroups([
      record('CGA-1', [], ['GHSA-a', 'DEBIAN-CVE-2024-2000']),
      record('GHSA-a', ['CVE-2024-1000']),
      record('DEBIAN-CVE-2024-2000', [], ['CVE-2024-2000']),
    ]);
    expect(ids(groups.vulnerabilitiesOf(record('CGA-1', [], ['GHSA-a', 'DEBIAN-CVE-2024-2000'])))).toEqual([
      'CVE-2024-1000',
      'CVE-2024-2000',
    ]);
  });

  it('ends in a loop of upstream ids', () => {
    const looping = [record('A-1', [], ['B-1']), record('B-1', [], ['A-1'])];
    expect(aliasGroups(looping).vulnerabilitiesOf(record('A-1', [], ['B-1']))).toEqual([{ id: 'A-1', aliases: [] }]);
  });

  it('keeps a CVE record itself, whatever it derives from', () => {
    const groups = aliasGroups([record('CVE-2024-1000', [], ['CVE-2020-1000'])]);
    expect(ids(groups.vulnerabilitiesOf(record('CVE-2024-1000', [], ['CVE-2020-1000'])))).toEqual(['CVE-2024-1000']);
  });

  it('does not merge a group of more than 32 ids', () => {
    const crowd = Array.from({ length: 40 }, (_, at) => record(`X-${at}`, ['CVE-2024-1000']));
    const groups = aliasGroups(crowd);
    expect(groups.vulnerabilitiesOf(record('X-7', []))).toEqual([{ id: 'X-7', aliases: [] }]);
    expect(groups.vulnerabilitiesOf(record('CVE-2024-1000', []))).toEqual([{ id: 'CVE-2024-1000', aliases: [] }]);
    const fits = aliasGroups(crowd.slice(0, 31));
    expect(ids(fits.vulnerabilitiesOf(record('X-7', [])))).toEqual(['CVE-2024-1000']);
  });

  it('does not believe an id that more than 32 CVEs claim', () => {
    const crowd = Array.from({ length: 40 }, (_, at) => record(`CVE-2024-${1000 + at}`, ['GHSA-a']));
    expect(aliasGroups(crowd).vulnerabilitiesOf(record('GHSA-a', []))).toEqual([{ id: 'GHSA-a', aliases: [] }]);
    expect(aliasGroups(crowd.slice(0, 32)).vulnerabilitiesOf(record('GHSA-a', []))).toHaveLength(32);
  });

  it('joins nothing by what a withdrawn record says, which is listed with its own id and with each that it names', () => {
    // https://github.com/google/osv.dev/blob/master/go/cmd/relations/alias.go passes over what is withdrawn.
    const withdrawn = { ...record('GHSA-w', ['PYSEC-2024-1', 'PYSEC-2024-2']), isWithdrawn: true };
    const records = [record('PYSEC-2024-1', []), record('PYSEC-2024-2', []), withdrawn];
    const groups = aliasGroups(records);
    expect(groups.vulnerabilitiesOf(record('PYSEC-2024-1', []))).toEqual([{ id: 'PYSEC-2024-1', aliases: [] }]);
    expect(groups.vulnerabilitiesOf(record('PYSEC-2024-2', []))).toEqual([{ id: 'PYSEC-2024-2', aliases: [] }]);
    expect(groups.vulnerabilitiesOf(withdrawn)).toEqual([
      { id: 'GHSA-w', aliases: [] },
      { id: 'PYSEC-2024-1', aliases: [] },
      { id: 'PYSEC-2024-2', aliases: [] },
    ]);
  });

  it('gives nobody the CVE that only a withdrawn record names', () => {
    const withdrawn = { ...record('PYSEC-2022-15', ['CVE-2022-0329', 'GHSA-a']), isWithdrawn: true };
    const groups = aliasGroups([record('GHSA-a', []), withdrawn]);
    expect(groups.vulnerabilitiesOf(record('GHSA-a', []))).toEqual([{ id: 'GHSA-a', aliases: [] }]);
    expect(ids(groups.vulnerabilitiesOf(withdrawn))).toEqual(['CVE-2022-0329', 'GHSA-a', 'PYSEC-2022-15']);
  });

  it('believes others that name a withdrawn record', () => {
    const withdrawn = { ...record('CVE-2024-1000', ['GHSA-b']), isWithdrawn: true };
    const groups = aliasGroups([withdrawn, record('GHSA-a', ['CVE-2024-1000']), record('GHSA-b', [])]);
    expect(groups.vulnerabilitiesOf(record('GHSA-a', []))).toEqual([{ id: 'CVE-2024-1000', aliases: ['GHSA-a'] }]);
    expect(groups.vulnerabilitiesOf(record('GHSA-b', []))).toEqual([{ id: 'GHSA-b', aliases: [] }]);
    expect(ids(groups.vulnerabilitiesOf(withdrawn))).toEqual(['CVE-2024-1000', 'GHSA-b']);
  });

  it('leaves a withdrawn erratum with what it derives from, and whoever derives from that', () => {
    // https://github.com/google/osv.dev/blob/master/go/cmd/relations/upstream.go follows what is withdrawn too.
    const withdrawn = { ...record('DEBIAN-CVE-2024-1000', [], ['CVE-2024-1000']), isWithdrawn: true };
    const groups = aliasGroups([withdrawn, record('GHSA-a', ['CVE-2024-1000'])]);
    expect(groups.vulnerabilitiesOf(withdrawn)).toEqual([{ id: 'CVE-2024-1000', aliases: ['GHSA-a'] }]);
    expect(ids(groups.vulnerabilitiesOf(record('DSA-1-1', [], ['DEBIAN-CVE-2024-1000'])))).toEqual(['CVE-2024-1000']);
  });

  it('answers for a record it was not given', () => {
    expect(aliasGroups([]).vulnerabilitiesOf(record('GHSA-new', []))).toEqual([{ id: 'GHSA-new', aliases: [] }]);
    expect(ids(aliasGroups([]).vulnerabilitiesOf(record('DSA-9-1', [], ['CVE-2024-1000'])))).toEqual(['CVE-2024-1000']);
  });
});

describe('aliasGroups, on random graphs', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))('keeps its promises (seed %d)', (seed) => {
    const records = randomRecords(seed);
    const groups = aliasGroups(records);
    const reversed = aliasGroups([...records].reverse());
    const silenced = aliasGroups(records.map((each) => (each.isWithdrawn ? { ...each, aliases: [] } : each)));
    const canonicalOf = new Map<string, string>();
    for (const each of records) {
      const vulnerabilities = groups.vulnerabilitiesOf(each);
      expect(vulnerabilities.length).toBeGreaterThan(0);
      expect(reversed.vulnerabilitiesOf(each)).toEqual(vulnerabilities);
      if (!each.isWithdrawn) expect(silenced.vulnerabilitiesOf(each)).toEqual(vulnerabilities);
      for (const { id, aliases } of vulnerabilities) {
        expect(aliases).not.toContain(id);
        // Also where one CVE names another.
        expect([id, ...aliases].filter((member) => member.startsWith('CVE-')).length).toBeLessThanOrEqual(1);
        if (aliases.some((alias) => alias.startsWith('CVE-'))) expect(id).toMatch(/^CVE-/);
        // An id is a member of one group only.
        for (const member of [id, ...aliases]) {
          expect(canonicalOf.get(member) ?? id).toBe(id);
          canonicalOf.set(member, id);
        }
      }
      // Every CVE a record names is among its vulnerabilities.
      const named = [...each.aliases, ...each.upstream].filter((id) => id.startsWith('CVE-'));
      if (!each.id.startsWith('CVE-')) expect(ids(vulnerabilities)).toEqual(expect.arrayContaining(named));
    }
  });

  it('does not slow down more than linearly: 150,000 records', () => {
    const records = Array.from({ length: 150_000 }, (_, at) =>
      record(`GHSA-${at}`, [`CVE-2024-${100_000 + at}`, `BIT-${at}`]),
    );
    const before = process.cpuUsage();
    const groups = aliasGroups(records);
    for (const each of records) groups.vulnerabilitiesOf(each);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(15_000);
  });
});

function record(id: string, aliases: string[], upstream: string[] = []): AliasRecord {
  return { id, aliases, upstream, isWithdrawn: false };
}

function ids(vulnerabilities: readonly { readonly id: string }[]): string[] {
  return vulnerabilities.map((vulnerability) => vulnerability.id);
}

/** Sparse graphs of a few CVEs, GHSAs and native ids. */
function randomRecords(seed: number): AliasRecord[] {
  let state = seed * 2_654_435_761 + 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  const cve = (): string => `CVE-2024-${1000 + below(6)}`;
  const other = (): string => `${['GHSA', 'BIT', 'DSA'][below(3)]}-${below(8)}`;
  const records = new Map<string, AliasRecord>();
  for (let n = 0; n < 16; n++) {
    const id = below(4) === 0 ? cve() : other();
    const aliases = Array.from({ length: below(3) }, () => (below(2) === 0 ? other() : cve()));
    const upstream = below(4) === 0 && !id.startsWith('CVE-') ? [cve()] : [];
    records.set(id, { id, aliases: aliases.filter((alias) => alias !== id), upstream, isWithdrawn: below(5) === 0 });
  }
  return [...records.values()];
}
