import { readAll } from '../testing/snapshots';
import { suseFeed } from './feed';

const sles = 'SUSE Linux Enterprise Server 15 SP6';
const base = 'SUSE Linux Enterprise Module for Basesystem 15 SP6';

type Status = Readonly<Record<string, readonly (readonly [platform: string, component: string])[]>>;

interface More {
  readonly purls?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly remediations?: readonly object[];
}

/** A document as SUSE writes it; products by status. */
function vex(status: Status, { purls = {}, description = '', remediations = [] }: More = {}): string {
  const placements = Object.values(status).flat();
  const full = ([platform, component]: readonly [string, string]) => `${platform}:${component}`;
  const names = (index: 0 | 1) => [...new Set(placements.map((placement) => placement[index]))];
  const product = (name: string) => ({
    name,
    product_id: name,
    ...(purls[name] !== undefined && { product_identification_helper: { purl: purls[name] } }),
  });
  return JSON.stringify({
    document: {
      title: 'SUSE CVE CVE-2024-1000',
      notes: [{ category: 'description', text: description }],
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
        remediations: [
          { category: 'vendor_fix', details: 'To install this ...', product_ids: placements.map(full) },
          ...remediations,
        ],
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

describe('SUSE where it contradicts itself', () => {
  const webkit = 'libwebkit2gtk-4_0-37';
  const fixedWebkit = `${webkit}-2.24.2-3.27.1`;
  const purls = {
    [webkit]: 'pkg:rpm/suse/libwebkit2gtk@4_0-37',
    [fixedWebkit]: `pkg:rpm/suse/${webkit}@2.24.2-3.27.1?upstream=webkit2gtk3-2.24.2-3.27.1.src.rpm`,
    webkit2gtk3: 'pkg:rpm/suse/webkit2gtk3@',
  };

  async function told(status: Status, more: More = {}): Promise<readonly string[]> {
    const { items, problems } = await readAll(suseFeed, { 'a.json': vex(status, { purls, ...more }) });
    expect(problems).toEqual([]);
    return (items[0]?.affected ?? []).map(({ ecosystem, name, status: said, ranges }) =>
      [
        ecosystem.replace(/^.* /, ''),
        name,
        said,
        ...ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event))),
      ]
        .filter((word) => word !== undefined)
        .join(' '),
    );
  }

  it('takes the name of what is not fixed from the product, whose purl cuts it', async () => {
    expect(await told({ known_affected: [[sles, webkit]] })).toEqual([`SP6 ${webkit} 0`]);
  });

  it('believes the fix where the same package, or its source, is also called affected', async () => {
    const affected = [webkit, 'webkit2gtk3'].map((name) => [sles, name] as const);
    expect(await told({ recommended: [[sles, fixedWebkit]], known_affected: affected })).toEqual([
      `SP6 ${webkit} 0 2.24.2-3.27.1`,
    ]);
    // In another product there is no fix.
    expect(await told({ recommended: [[sles, fixedWebkit]], known_affected: [[base, 'webkit2gtk3']] })).toEqual([
      `SP6 ${webkit} 0 2.24.2-3.27.1`,
      'SP6 webkit2gtk3 0',
    ]);
  });

  it('leaves what no fix is planned for as it is, though another package of its source is fixed', async () => {
    const remediations = [{ category: 'no_fix_planned', details: '', product_ids: [`${sles}:webkit2gtk3`] }];
    const status = { recommended: [[sles, fixedWebkit]], known_affected: [[sles, 'webkit2gtk3']] } as const;
    expect(await told(status, { remediations })).toEqual([
      `SP6 ${webkit} 0 2.24.2-3.27.1`,
      'SP6 webkit2gtk3 wont-fix 0',
    ]);
  });

  it.each(['-LTSS', ' LTSS'])('believes the fix of the extended support %s before an old word', async (ltss) => {
    const status = { recommended: [[sles + ltss, fixedWebkit]], known_affected: [[sles, webkit]] } as const;
    expect(await told(status)).toEqual([`SP6-LTSS ${webkit} 0 2.24.2-3.27.1`]);
    expect(await told({ recommended: status.recommended, known_not_affected: status.known_affected })).toEqual([
      `SP6-LTSS ${webkit} 0 2.24.2-3.27.1`,
      `SP6 ${webkit} not-affected 0`,
    ]);
  });

  it('asks nobody for a build of the extended support who has an earlier fix', async () => {
    const [early, late] = ['curl-8.6.0-150600.4.1', 'curl-8.6.0-150600.4.9.2'] as const;
    expect(
      await told({
        recommended: [
          [base, early],
          [`${sles}-LTSS`, late],
        ],
        known_affected: [[base, 'curl']],
      }),
    ).toEqual(['SP6 curl 0 8.6.0-150600.4.1', 'SP6-LTSS curl 0 8.6.0-150600.4.9.2 8.6.0-150600.4.1']);
  });

  it('counts from the first build that has the fix, in every line of builds', async () => {
    const builds = ['2.11.1-6.40.1', '2.11.1-6.43.1', '2.24.0-8.20.1'].map((each) => `python-requests-${each}`);
    const [first = '', second = '', other = ''] = builds;
    const placed = (name: string) => [sles, name] as const;
    const status = { first_fixed: [placed(second)], recommended: [placed(other), placed(first)] };
    expect(await told(status)).toEqual([
      'SP6 python-requests 0 2.24.0-0 2.11.1-0 2.24.0-8.20.1 2.11.1-6.40.1 2.11.1-6.43.1',
    ]);
    expect(await told({ recommended: [placed(first)], first_fixed: [placed(second)] })).toEqual([
      'SP6 python-requests 0 2.11.1-6.40.1 2.11.1-6.43.1',
    ]);
  });

  it('passes on that the CVE Program rejected the id, and not that somebody disputes it', async () => {
    const withdrawn = async (description: string) => {
      const document = vex({ known_affected: [[sles, 'ncurses']] }, { description });
      return (await readAll(suseFeed, { 'a.json': document })).items[0]?.withdrawn;
    };
    expect(await withdrawn('DO NOT USE THIS CANDIDATE NUMBER. Reason: withdrawn by its CNA.')).toBe(
      '2024-11-01T00:00:00Z',
    );
    expect(await withdrawn('This CVE ID has been rejected or withdrawn by its CVE Numbering Authority.')).toBeDefined();
    expect(await withdrawn('** DISPUTED ** The vendor says otherwise.')).toBeUndefined();
  });
});
