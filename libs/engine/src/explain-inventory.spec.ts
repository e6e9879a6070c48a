import type { AdvisoryIndex, InventoryPackage } from '@tidewaiter/contracts';
import { explainInventory } from './explain-inventory';

const index: AdvisoryIndex = {
  lookup: (keys) =>
    Promise.resolve(
      keys
        .filter(({ name }) => name === 'lodash')
        .map((key) => ({
          advisory: {
            feed: 'osv',
            id: 'GHSA-1',
            modified: '',
            aliases: [],
            upstream: [],
            severities: [],
          },
          affected: {
            ...key,
            ranges: [{ type: 'SEMVER' as const, events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
            versions: [],
            severities: [],
          },
          vulnerabilities: [{ id: 'CVE-1', aliases: ['GHSA-1'] }],
        })),
    ),
  covers: (names) => Promise.resolve(new Set(names)),
};

function pkg(name: string, version: string, ownedBy?: string): InventoryPackage {
  return {
    ecosystem: 'npm',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    locations: [],
    ...(ownedBy === undefined ? {} : { ownedBy }),
  };
}

async function outcomes(asked?: string): Promise<readonly string[]> {
  const inventory = {
    packages: [
      pkg('lodash', '4.17.20'),
      pkg('lodash', '4.17.21'),
      pkg('minimist', '1.0.0'),
      pkg('lodash', '4.0.0', 'pkg:deb/x'),
    ],
  };
  const explanations = await explainInventory(inventory, { vulnerability: 'GHSA-1', asked }, index);
  return explanations.map(({ package: { name, version }, outcome }) => `${name} ${version} ${outcome}`);
}

describe('the explanation of a vulnerability in an inventory', () => {
  it('has every package that a record about it speaks of', async () => {
    expect(await outcomes()).toEqual(['lodash 4.17.20 affected', 'lodash 4.17.21 not-affected']);
  });

  it('has what is asked about, also when nothing is known of it or its distribution judges it', async () => {
    expect(await outcomes('minimist')).toEqual(['minimist 1.0.0 no-record']);
    expect(await outcomes('lodash@4.17.21')).toEqual(['lodash 4.17.21 not-affected']);
    expect(await outcomes('lodash')).toContain('lodash 4.0.0 not-judged');
    expect(await outcomes('absent')).toEqual([]);
  });

  it.each([
    ['Lodash', ['lodash 4.17.20 affected', 'lodash 4.17.21 not-affected', 'lodash 4.0.0 not-judged']],
    ['LODASH@4.17.20', ['lodash 4.17.20 affected']],
    ['pkg:npm/lodash@4%2E17.20', ['lodash 4.17.20 affected']],
    ['pkg:npm/lodash@4.17.22', []],
    ['pkg:pypi/lodash', []],
  ])('knows a package that is asked about as %s', async (asked, expected) => {
    expect((await outcomes(asked)).toSorted()).toEqual(expected.toSorted());
  });
});

it('says where the advisories of an ecosystem are not there', async () => {
  const none: AdvisoryIndex = { lookup: () => Promise.resolve([]), covers: () => Promise.resolve(new Set()) };
  const asked = { vulnerability: 'CVE-1', asked: 'lodash' };
  const [explanation] = await explainInventory({ packages: [pkg('lodash', '4.17.20')] }, asked, none);
  expect(explanation?.conclusion).toContain('the advisories of npm are not there');
});
