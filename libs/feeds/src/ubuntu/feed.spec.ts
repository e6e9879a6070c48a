import { readAll } from '../testing/snapshots';
import { ubuntuFeed } from './feed';

const record = {
  schema_version: '1.7.0',
  id: 'UBUNTU-CVE-2024-1000',
  modified: '2025-01-01T00:00:00Z',
  upstream: ['CVE-2024-1000'],
  severity: [{ type: 'Ubuntu', score: 'medium' }],
  affected: [
    {
      package: {
        ecosystem: 'Ubuntu:Pro:20.04:LTS',
        name: 'vlc',
        purl: 'pkg:deb/ubuntu/vlc@3.0.9-1?arch=source&distro=esm-apps/focal',
      },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.9-1+esm1' }] }],
      versions: ['3.0.8-0', '3.0.9-1'],
      ecosystem_specific: {
        availability: 'Available with Ubuntu Pro',
        binaries: [{ binary_name: 'vlc', binary_version: '3.0.9-1+esm1' }],
      },
    },
    {
      package: { ecosystem: 'Ubuntu:24.04:LTS', name: 'vlc' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
      versions: ['3.0.20-3'],
    },
  ],
};

describe('Ubuntu', () => {
  it('reads its lines of support apart, and its own priority', async () => {
    const { items, problems } = await readAll(ubuntuFeed, {
      'osv/cve/2024/UBUNTU-CVE-2024-1000.json': JSON.stringify(record),
    });
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        feed: 'ubuntu',
        upstream: ['CVE-2024-1000'],
        severities: [{ source: 'Ubuntu', kind: 'word', value: 'medium' }],
        affected: [{ ecosystem: 'Ubuntu:Pro:20.04:LTS' }, { ecosystem: 'Ubuntu:24.04:LTS', versions: [] }],
      },
    ]);
  });
});
