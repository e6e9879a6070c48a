import { nothingToAssess, type Inventory } from '@tidewaiter/contracts';
import { recordable } from './inventory-parts';

function inventoryOf(...names: readonly string[]): Inventory {
  const packages = names.map((name) => ({
    ecosystem: 'npm',
    name,
    version: '1.0.0',
    purl: '',
    locations: ['app/package.json'],
  }));
  return {
    image: {},
    layers: [],
    packages,
    executables: [],
    assessability: nothingToAssess,
    complete: true,
    problems: [],
  };
}

describe('what can be recorded', () => {
  it('is everything with a name that is somebody’s', () => {
    const inventory = inventoryOf('lodash', 'é'.repeat(500));
    expect(recordable(inventory)).toBe(inventory);
  });

  it('is not a name that no index takes; the inventory is then not whole and says why', () => {
    const { packages, complete, problems } = recordable(inventoryOf('lodash', 'é'.repeat(501)));
    expect(packages.map((found) => found.name)).toEqual(['lodash']);
    expect(complete).toBe(false);
    expect(problems).toMatchObject([{ code: 'package-name-too-long', path: 'app/package.json' }]);
    expect(problems[0]?.message.length).toBeLessThan(300);
  });
});
