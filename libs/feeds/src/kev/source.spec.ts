import { readAll } from '../testing/snapshots';
import { kevSource } from './source';

function catalogue(entries: readonly unknown[], count = entries.length): string {
  return JSON.stringify({ title: 'Catalog', catalogVersion: '2026.07.23', count, vulnerabilities: entries });
}

const entry = {
  cveID: 'CVE-2024-3094',
  vendorProject: 'XZ',
  product: 'xz-utils',
  vulnerabilityName: 'XZ Utils Embedded Malicious Code',
  dateAdded: '2024-04-01',
  dueDate: '2024-04-22',
  knownRansomwareCampaignUse: 'Known',
  notes: '',
  cwes: ['CWE-506'],
};

describe('the catalogue of known exploited vulnerabilities', () => {
  it('gives each entry with its dates', async () => {
    expect(await readAll(kevSource, { 'kev.json': catalogue([entry]) })).toEqual({
      items: [
        {
          kind: 'known-exploited',
          vulnerability: 'CVE-2024-3094',
          name: 'XZ Utils Embedded Malicious Code',
          addedOn: '2024-04-01',
          dueOn: '2024-04-22',
          ransomware: true,
        },
      ],
      problems: [],
    });
  });

  it('takes "Unknown" and every new word for no known use by ransomware, and lives without a due date', async () => {
    const { items } = await readAll(kevSource, {
      'kev.json': catalogue([
        { ...entry, knownRansomwareCampaignUse: 'Unknown' },
        { ...entry, cveID: 'CVE-2024-0001', knownRansomwareCampaignUse: 7, dueDate: null },
      ]),
    });
    expect(items.map((item) => [item.ransomware, item.dueOn])).toEqual([
      [false, '2024-04-22'],
      [false, undefined],
    ]);
  });

  it('names an entry it cannot use and goes on', async () => {
    const { items, problems } = await readAll(kevSource, {
      'kev.json': catalogue([{ ...entry, cveID: 'none' }, { ...entry, dateAdded: 'yesterday' }, null, entry]),
    });
    expect(items).toHaveLength(1);
    expect(problems).toEqual([0, 1, 2].map((index) => `kev-entry-invalid kev.json#${String(index)}`));
  });

  it('does not take a cut catalogue for one from which entries were removed', async () => {
    const { items, problems } = await readAll(kevSource, { 'kev.json': catalogue([entry], 2) });
    expect(items).toHaveLength(1);
    expect(problems).toEqual(['kev-count-differs kev.json!']);
  });

  it.each([
    ['an error page', '<html>', 'feed-json-invalid'],
    ['another document', '{"vulnerabilities":{}}', 'kev-catalogue-invalid'],
    ['nothing', '', 'feed-json-invalid'],
  ])('refuses %s as a whole', async (_what, text, code) => {
    expect(await readAll(kevSource, { 'kev.json': text })).toEqual({ items: [], problems: [`${code} kev.json!`] });
  });
});
