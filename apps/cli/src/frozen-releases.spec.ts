import type { Package } from '@tidewaiter/contracts';
import { frozenLines } from './frozen-releases';

const openssl: Package = {
  ecosystem: 'Ubuntu:20.04:LTS',
  name: 'openssl',
  version: '1.1.1f-1ubuntu2.9',
  purl: 'pkg:deb/ubuntu/openssl@1.1.1f-1ubuntu2.9?distro=ubuntu-20.04',
};
const about = { feed: 'osv', name: 'Ubuntu', since: '2026-03-02T10:00:00.000Z' };
const store = { frozen: () => ['Ubuntu:20.04:LTS', 'Ubuntu:18.04:LTS'].map((release) => ({ release, ...about })) };

describe('a scan by advisories that learn nothing new of a release', () => {
  it('says which source says nothing of it, and since when', () => {
    expect(frozenLines([openssl, { ...openssl, name: 'curl' }], store)).toEqual([
      'osv Ubuntu has said nothing of Ubuntu:20.04:LTS since 2026-03-02: what became known later is not found.',
    ]);
  });

  it('says nothing of releases that the image has nothing of', () => {
    expect(frozenLines([{ ...openssl, ecosystem: 'Ubuntu:24.04:LTS' }], store)).toEqual([]);
    expect(frozenLines([openssl], { frozen: () => [] })).toEqual([]);
  });
});
