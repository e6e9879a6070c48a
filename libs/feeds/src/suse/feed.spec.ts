import { readAll } from '../testing/snapshots';
import { suseFeed } from './feed';

const sles = 'SUSE Linux Enterprise Server 15 SP6';
const base = 'SUSE Linux Enterprise Module for Basesystem 15 SP6';

/** A document as SUSE writes it; products by status. */
function vex(status: Readonly<Record<string, readonly (readonly [platform: string, component: string])[]>>): string {
  const placements = Object.values(status).flat();
  const full = ([platform, component]: readonly [string, string]) => `${platform}:${component}`;
  const names = (index: 0 | 1) => [...new Set(placements.map((placement) => placement[index]))];
  const product = (name: string) => ({ name, product_id: name });
  return JSON.stringify({
    document: {
      title: 'SUSE CVE CVE-2024-1000',
      tracking: { id: 'CVE-2024-1000', current_release_date: '2024-11-01T00:00:00Z', status: 'interim' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'SUSE',
          branches: [
            ...names(0).map((name) => ({ category: 'product_name', name, product: product(name) })),
            ...names(1).map((name) => ({ category: 'product_version', name, product: product(name) })),
          ],
        },
      ],
      relationships: placements.map((placement) => ({
        category: 'default_component_of',
        full_product_name: { name: full(placement), product_id: full(placement) },
        product_reference: placement[1],
        relates_to_product_reference: placement[0],
      })),
    },
    vulnerabilities: [
      {
        cve: 'CVE-2024-1000',
        product_status: Object.fromEntries(Object.entries(status).map(([key, list]) => [key, list.map(full)])),
        remediations: [{ category: 'vendor_fix', details: 'To install this ...', product_ids: placements.map(full) }],
        threats: [{ category: 'impact', date: '2024-10-01T00:00:00Z', details: 'moderate' }],
        scores: [{ products: placements.map(full), cvss_v3: { baseScore: 5.9, vectorString: 'CVSS:3.1/AV:N' } }],
      },
    ],
  });
}

describe('SUSE', () => {
  it('says what is fixed in which product, by architecture', async () => {
    const { items, problems } = await readAll(suseFeed, {
      'cve-2024-1000.json': vex({
        recommended: [
          [base, 'libopenssl3-3.1.4-150600.5.7.1.x86_64'],
          [base, 'libopenssl3-3.1.4-150600.5.7.1.aarch64'],
          ['openSUSE Leap 15.6', 'openssl-3-3.1.4-150600.5.7.1.x86_64'],
        ],
      }),
    });
    expect(problems).toEqual([]);
    expect(items[0]?.severities).toEqual([{ source: 'SUSE', kind: 'word', value: 'moderate' }]);
    expect(items[0]?.affected).toMatchObject([
      {
        ecosystem: 'SUSE:Linux Enterprise Module for Basesystem 15 SP6',
        name: 'libopenssl3',
        architectures: ['aarch64', 'x86_64'],
        ranges: [{ events: [{ introduced: '0' }, { fixed: '3.1.4-150600.5.7.1' }] }],
        // The word is of no product, so it is of all; the vendor's word comes before its score.
        severities: [
          { source: 'SUSE', kind: 'word', value: 'moderate' },
          { source: 'SUSE CVSS', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N' },
        ],
      },
      { ecosystem: 'openSUSE:Leap 15.6', name: 'openssl-3' },
    ]);
  });

  it.each([
    ['known_affected', undefined],
    ['known_not_affected', 'not-affected'],
    ['under_investigation', 'under-investigation'],
  ])('says %s of one product and nothing of another (trap 56)', async (key, status) => {
    const { items } = await readAll(suseFeed, { 'a.json': vex({ [key]: [[sles, 'openssl-1_1']] }) });
    expect(items[0]?.affected.map((affected) => [affected.ecosystem, affected.name, affected.status])).toEqual([
      ['SUSE:Linux Enterprise Server 15 SP6', 'openssl-1_1', status],
    ]);
  });

  it.each([
    ['libwebkit2gtk-4_0-37', 'libwebkit2gtk-4_0-37'],
    ['java-1_8_0-openjdk', 'java-1_8_0-openjdk'],
    ['kernel-livepatch-5_14_21-150400_24_100-default', 'kernel-livepatch-5_14_21-150400_24_100-default'],
    ['libopenssl3-3.1.4-150600.5.7.1', 'libopenssl3'],
  ])('takes the end of a name for no version: %s', async (component, name) => {
    const { items } = await readAll(suseFeed, { 'a.json': vex({ known_affected: [[sles, component]] }) });
    expect(items[0]?.affected.map((affected) => affected.name)).toEqual([name]);
  });

  it('names a fixed row without a version, and leaves out what is made of packages', async () => {
    const { items, problems } = await readAll(suseFeed, {
      'a.json': vex({
        recommended: [
          [sles, 'openssl-1_1'],
          [sles, 'libopenssl3-3.1.4-150600.5.7.1.x86_64'],
          ['Container bci/bci-base:15.6', 'openssl-1_1'],
        ],
      }),
    });
    expect(problems).toEqual([`csaf-row-unusable a.json#${sles}:openssl-1_1`]);
    expect(items[0]?.affected.map(({ name }) => name)).toEqual(['libopenssl3']);
  });

  it('reads a fixed version without an architecture, behind a name that ends like one', async () => {
    const component = 'libwebkit2gtk-4_0-37-2.44.2-150600.12.3.1';
    const { items } = await readAll(suseFeed, { 'a.json': vex({ recommended: [[sles, component]] }) });
    expect(items[0]?.affected).toMatchObject([
      { name: 'libwebkit2gtk-4_0-37', ranges: [{ events: [{ introduced: '0' }, { fixed: '2.44.2-150600.12.3.1' }] }] },
    ]);
  });
});
