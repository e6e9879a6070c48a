import { readAll } from '../testing/snapshots';
import { nvdFeed } from './feed';

const v31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const v2 = 'AV:N/AC:L/Au:N/C:P/I:P/A:P';

function metric(source: string, vectorString: string) {
  return { source, type: 'Primary', cvssData: { version: '3.1', vectorString, baseScore: 9.8 } };
}

function cve(fields: object) {
  return {
    cve: {
      id: 'CVE-2024-3094',
      published: '2024-03-29T17:15:21.150',
      lastModified: '2025-02-06T09:15:10.820',
      vulnStatus: 'Modified',
      descriptions: [
        { lang: 'es', value: 'Código' },
        { lang: 'en', value: 'Malicious code in xz' },
      ],
      ...fields,
    },
  };
}

function page(...entries: readonly unknown[]): string {
  return JSON.stringify({ resultsPerPage: entries.length, startIndex: 0, version: '2.0', vulnerabilities: entries });
}

describe('NVD', () => {
  it('gives a record without packages (traps 33, 45, 46 and 50: its products and ranges never count): scores of the CNA first, of CISA next, of NVD last', async () => {
    const metrics = {
      cvssMetricV31: [
        metric('nvd@nist.gov', v31),
        metric('134c704f-9b21-4f2e-91b3-4a467353bcc0', v31),
        metric('secalert@redhat.com', v31),
      ],
      cvssMetricV2: [metric('nvd@nist.gov', v2)],
    };
    expect(await readAll(nvdFeed, { 'page.json': page(cve({ metrics })) })).toEqual({
      items: [
        {
          feed: 'nvd',
          id: 'CVE-2024-3094',
          modified: '2025-02-06T09:15:10.820Z',
          published: '2024-03-29T17:15:21.150Z',
          summary: 'Malicious code in xz',
          aliases: [],
          upstream: [],
          severities: [
            { source: 'secalert@redhat.com', kind: 'CVSS_V3', value: v31 },
            { source: 'cisa-adp', kind: 'CVSS_V3', value: v31 },
            { source: 'nvd', kind: 'CVSS_V3', value: v31 },
            { source: 'nvd', kind: 'CVSS_V2', value: v2 },
          ],
          affected: [],
          references: [],
        },
      ],
      problems: [],
    });
  });

  it('lives without any score, as most records since 2026 have none', async () => {
    const { items } = await readAll(nvdFeed, { 'page.json': page(cve({ metrics: {} }), cve({})) });
    expect(items.map((item) => item.severities)).toEqual([[], []]);
  });

  it('leaves out a metric it cannot use and keeps the others', async () => {
    const metrics = { cvssMetricV31: [{ source: 7 }, metric('nvd@nist.gov', v31)] };
    const { items } = await readAll(nvdFeed, { 'page.json': page(cve({ metrics })) });
    expect(items[0]?.severities).toEqual([{ source: 'nvd', kind: 'CVSS_V3', value: v31 }]);
  });

  it('says when the pages it has are not the whole list', async () => {
    const piece = (startIndex: number, totalResults: number) =>
      JSON.stringify({ ...(JSON.parse(page(cve({}))) as object), startIndex, totalResults });
    const missing = await readAll(nvdFeed, { 'a.json': piece(0, 3), 'b.json': piece(1, 3) });
    expect(missing.problems).toEqual(['nvd-pages-missing part!']);
    const years = await readAll(nvdFeed, { '2025.json': piece(0, 1), '2026.json': piece(0, 1) });
    const pages = await readAll(nvdFeed, { 'a.json': piece(0, 2), 'b.json': piece(1, 2) });
    expect([...years.problems, ...pages.problems]).toEqual([]);
  });

  it('withdraws a rejected id', async () => {
    const { items } = await readAll(nvdFeed, { 'page.json': page(cve({ vulnStatus: 'Rejected' })) });
    expect(items[0]?.withdrawn).toBe('2025-02-06T09:15:10.820Z');
  });

  it('names a record it cannot use, and refuses what is no page', async () => {
    const { items, problems } = await readAll(nvdFeed, {
      'a.json': page({ cve: { id: 'x' } }, cve({})),
      'b.json': 'Rate limited',
      'c.json': '{}',
    });
    expect(items).toHaveLength(1);
    expect(problems).toEqual(['nvd-record-invalid a.json#0', 'json-invalid b.json!', 'nvd-page-invalid c.json!']);
  });
});
