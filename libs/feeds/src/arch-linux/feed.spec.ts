import { readAll } from '../testing/snapshots';
import { archLinuxFeed } from './feed';

function group(name: string, change: object = {}): object {
  const common = { status: 'Fixed', severity: 'High', affected: '1.0-1', fixed: '1.0-2', ticket: null, advisories: [] };
  return { name, packages: ['openssl', 'lib32-openssl'], ...common, issues: ['CVE-2024-1000'], ...change };
}

async function read(...groups: readonly object[]) {
  return readAll(archLinuxFeed, { 'all.json': JSON.stringify(groups) });
}

describe('Arch Linux', () => {
  it('is affected from one version to another, each package of a group', async () => {
    const { items, problems } = await read(group('AVG-1'));
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        id: 'CVE-2024-1000',
        references: ['https://security.archlinux.org/AVG-1'],
        affected: ['openssl', 'lib32-openssl'].map((name) => ({
          ecosystem: 'Arch Linux',
          name,
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '1.0-1' }, { fixed: '1.0-2' }] }],
          severities: [{ source: 'Arch Linux', kind: 'word', value: 'High' }],
        })),
      },
    ]);
  });

  it.each([
    ['Vulnerable', { introduced: '1.0-1' }, undefined],
    ['Testing', { introduced: '1.0-1' }, undefined],
    ['Not affected', { introduced: '0' }, 'not-affected'],
    ['Unknown', { introduced: '0' }, 'under-investigation'],
  ])('says of a group that is %s', async (status, first, word) => {
    const { items } = await read(group('AVG-1', { status, fixed: null }));
    const [affected] = items[0]?.affected ?? [];
    expect([affected?.ranges[0]?.events, affected?.status]).toEqual([[first], word]);
  });

  it('keeps groups apart that are about one vulnerability, and those about none', async () => {
    const { items } = await read(
      group('AVG-1'),
      group('AVG-2', { packages: ['edk2'] }),
      group('AVG-3', { issues: [] }),
    );
    expect(items.map(({ id, affected }) => `${id} ${affected.length}`)).toEqual(['CVE-2024-1000 3', 'AVG-3 2']);
  });

  it('names what it cannot use', async () => {
    expect((await read(group('AVG-1', { status: 'Wontfix' }), group('x'))).problems).toEqual([
      'arch-group-invalid all.json#0',
      'arch-group-invalid all.json#1',
    ]);
    expect((await readAll(archLinuxFeed, { 'all.json': '{}' })).problems).toEqual(['arch-list-invalid all.json!']);
  });
});
