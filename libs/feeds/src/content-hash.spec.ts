import type { Advisory } from '@tidewaiter/contracts';
import { contentHash } from './content-hash';

const advisory: Advisory = {
  feed: 'osv',
  id: 'A-1',
  modified: '2025-01-01T00:00:00Z',
  aliases: ['CVE-1'],
  upstream: [],
  severities: [{ source: 'GitHub', kind: 'word', value: 'HIGH' }],
  affected: [
    {
      ecosystem: 'npm',
      name: 'x',
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
      versions: [],
      severities: [],
    },
  ],
  references: [],
};

describe('the content hash', () => {
  it('does not depend on the order of keys or on the modified time', () => {
    const reversed = Object.fromEntries(Object.entries(advisory).reverse()) as Advisory;
    expect(contentHash(reversed)).toBe(contentHash(advisory));
    expect(contentHash({ ...advisory, modified: '2026-01-01T00:00:00Z' })).toBe(contentHash(advisory));
  });

  it('stays what it is, because stores compare it with what they wrote last year', () => {
    expect(contentHash(advisory)).toBe('82a09943c8f1f1a34f96c74422d2719efbc144586e2d3b014f4a7983d8d6927d');
  });

  it.each<[string, Partial<Advisory>]>([
    ['an alias', { aliases: [] }],
    ['a withdrawal', { withdrawn: '2025-01-01T00:00:00Z' }],
    ['a severity', { severities: [] }],
    ['a summary', { summary: 'x' }],
    [
      'a boundary',
      {
        affected: advisory.affected.map((entry) => ({
          ...entry,
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { lastAffected: '2.0.0' }] }],
        })),
      },
    ],
    ["a vendor's word", { affected: advisory.affected.map((entry) => ({ ...entry, status: 'wont-fix' as const })) }],
    ['a module', { affected: advisory.affected.map((entry) => ({ ...entry, module: '' })) }],
    ['an architecture', { affected: advisory.affected.map((entry) => ({ ...entry, architectures: ['x86_64'] })) }],
    ['a listed version', { affected: advisory.affected.map((entry) => ({ ...entry, versions: ['1.0.0'] })) }],
  ])('changes with %s', (_, change) => {
    expect(contentHash({ ...advisory, ...change })).not.toBe(contentHash(advisory));
  });
});
