import { readAll } from '../testing/snapshots';
import { photonOsFeed } from './feed';

function row(change: object = {}): object {
  const text = 'all versions before 3.0.13-1.ph5 are vulnerable';
  return { cve_id: 'CVE-2024-1000', pkg: 'openssl', cve_score: 7.5, aff_ver: text, res_ver: '3.0.13-1.ph5', ...change };
}

describe('Photon OS', () => {
  it.each([
    [{}, [{ introduced: '0' }, { fixed: '3.0.13-1.ph5' }], undefined, 'high'],
    [{ res_ver: 'NA', cve_score: '9.8' }, [{ introduced: '0' }], undefined, 'critical'],
    [{ status: 'Not Affected', res_ver: 'NA', cve_score: '' }, [{ introduced: '0' }], 'not-affected', undefined],
    [{ res_ver: '' }, [{ introduced: '0' }], undefined, 'high'],
    [{ status: 'Fixed', cve_score: null }, [{ introduced: '0' }, { fixed: '3.0.13-1.ph5' }], undefined, undefined],
  ])('reads a row with %j', async (change, events, status, severity) => {
    const { items, problems } = await readAll(photonOsFeed, {
      'cve_data_photon5.0.json': JSON.stringify([row(change)]),
    });
    const [affected] = items[0]?.affected ?? [];
    expect(problems).toEqual([]);
    expect([affected?.ecosystem, affected?.name]).toEqual(['Photon OS:5.0', 'openssl']);
    expect([affected?.ranges[0]?.events, affected?.status, affected?.severities[0]?.value]).toEqual([
      events,
      status,
      severity,
    ]);
  });

  it('names what it cannot use (trap 57: the layout changed in 2026)', async () => {
    const { problems } = await readAll(photonOsFeed, {
      'cve_data_photon5.0.json': '{"cves": []}',
      'cves.json': '[]',
      'cve_data_photon4.0.json': JSON.stringify([row({ pkg: '' }), row({ cve_id: 'Re' }), row({ cve_id: 'UNK-1' })]),
    });
    expect(problems).toEqual([
      'photon-list-invalid cve_data_photon5.0.json!',
      'photon-list-invalid cves.json!',
      'photon-row-invalid cve_data_photon4.0.json#0',
      'photon-row-invalid cve_data_photon4.0.json#1',
    ]);
  });
});
