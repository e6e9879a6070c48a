import { readAll } from '../testing/snapshots';
import { almaLinuxFeed } from './feed';

function erratum(summary: string, fixed: string): string {
  const events = [{ introduced: '0' }, { fixed }];
  return JSON.stringify({
    id: 'ALSA-2024:1',
    modified: '2024-01-01T00:00:00Z',
    summary,
    affected: [{ package: { ecosystem: 'AlmaLinux:8', name: 'nodejs' }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  });
}

describe('AlmaLinux', () => {
  it.each([
    ['Important: nodejs:18 security update', '1:18.20.2-1.module_el8.9.0+3754+8a3b5d7e', 'nodejs:18'],
    ['Moderate: nodejs security update', '1:18.20.2-1.module_el8.9.0+3754+8a3b5d7e', undefined],
    ['Important: nodejs:18 security update', '1:16.20.2-1.el8', ''],
  ])('knows the module stream of "%s" fixed in %s (trap 7)', async (summary, fixed, module) => {
    const { items, problems } = await readAll(almaLinuxFeed, { 'ALSA-2024:1.json': erratum(summary, fixed) });
    expect(problems).toEqual([]);
    expect(items.map(({ feed, affected }) => [feed, affected[0]?.module])).toEqual([['almalinux', module]]);
  });
});
