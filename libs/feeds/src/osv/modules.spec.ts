import type { Advisory } from '@tidewaiter/contracts';
import { withModules } from './modules';

const modular = '1:10.3.28-1.module+el8.3.0+10472+7adc332a';

function moduleOf(id: string, summary: string, fixed = modular): string | undefined {
  const ranges: Advisory['affected'][number]['ranges'] = [
    { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] },
  ];
  const advisory: Advisory = {
    feed: 'osv',
    id,
    modified: '2024-01-01T00:00:00Z',
    summary,
    aliases: [],
    upstream: [],
    severities: [],
    references: [],
    affected: [
      { ecosystem: 'Red Hat:enterprise_linux:8::appstream', name: 'mariadb', ranges, versions: [], severities: [] },
    ],
  };
  return withModules(advisory).affected[0]?.module;
}

describe('the module stream of an erratum (trap 7)', () => {
  it.each([
    ['RHSA-2019:2799', 'Red Hat Security Advisory: nginx:1.14 security update', 'nginx:1.14'],
    ['RLSA-2019:2925', 'Important: nodejs:10 security, bug fix, and enhancement update', 'nodejs:10'],
    ['ALEA-2019:3375', 'new module: php:7.3', 'php:7.3'],
    ['RLSA-2024:1786', 'Important: httpd:2.4/mod_http2 security update', 'httpd:2.4'],
    ['RHSA-2024:1422', 'Red Hat Security Advisory: postgresql security update', undefined],
  ])('%s "%s" is %s', (id, summary, module) => {
    expect(moduleOf(id, summary)).toBe(module);
  });

  it('is open where the title names two', () => {
    expect(
      moduleOf('RLSA-2021:1242', 'Important: mariadb:10.3 and mariadb-devel:10.3 security update'),
    ).toBeUndefined();
  });

  it('is none for builds outside of modules, and not looked for in records of others', () => {
    expect(moduleOf('RHSA-2019:2799', 'nginx:1.14 security update', '1:1.20-1.el9')).toBe('');
    expect(moduleOf('openSUSE-SU-2024:1', 'nginx:1.14 security update')).toBeUndefined();
  });
});
