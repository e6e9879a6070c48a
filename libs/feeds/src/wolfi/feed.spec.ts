import { readAll } from '../testing/snapshots';
import { wolfiFeed } from './feed';

const document = {
  apkurl: '{{urlprefix}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk',
  archs: ['x86_64'],
  reponame: 'os',
  packages: [{ pkg: { name: 'curl', secfixes: { '8.7.1-r0': ['CVE-2024-2004'], '0': ['CVE-2023-0001'] } } }],
};

describe('Wolfi', () => {
  it('has no releases, and says which packages never had it', async () => {
    const { items, problems } = await readAll(wolfiFeed, { 'security.json': JSON.stringify(document) });
    expect(problems).toEqual([]);
    expect(items.map(({ id, affected }) => [id, affected[0]?.ecosystem, affected[0]?.status])).toEqual([
      ['CVE-2023-0001', 'Wolfi', 'not-affected'],
      ['CVE-2024-2004', 'Wolfi', undefined],
    ]);
  });
});
