import type { InventoryPackage } from '@tidewaiter/contracts';
import { withOneSpelling } from './one-spelling';

function python(name: string, more: Partial<InventoryPackage> = {}): InventoryPackage {
  return { ecosystem: 'PyPI', name, version: '2.10', purl: 'pkg:pypi/jinja2@2.10', locations: ['x'], ...more };
}

function nuget(name: string, version = '12.0.1'): InventoryPackage {
  return { ecosystem: 'NuGet', name, version, purl: `pkg:nuget/${name}@${version}`, locations: [] };
}

function namesOf(...packages: readonly InventoryPackage[]): readonly string[] {
  return withOneSpelling(packages).map(({ name }) => name);
}

describe('withOneSpelling', () => {
  it('spells a package as what is installed does, and not as a lock file or a copy', () => {
    const installed = python('jinja2', { locations: ['z'] });
    for (const other of [python('Jinja2', { isLocked: true }), python('JINJA2', { isVendored: true })]) {
      expect(namesOf(other, installed)).toEqual(['jinja2', 'jinja2']);
      expect(namesOf(installed, other)).toEqual(['jinja2', 'jinja2']);
    }
  });

  it('else as the lowest layer, the first path and the first text have it, whatever the order', () => {
    const [base, upper] = [0, 1].map((index) => ({ layer: { index, diffId: `sha256:${String(index)}` } }));
    for (const [first, second] of [
      [python('jinja2', { ...base, locations: ['z'] }), python('Jinja2', upper)],
      [python('jinja2', { locations: ['a'] }), python('Jinja2', { locations: ['b'] })],
      [python('Jinja2'), python('jinja2')],
    ] as const) {
      expect(namesOf(first, second)).toEqual([first.name, first.name]);
      expect(namesOf(second, first)).toEqual([first.name, first.name]);
    }
  });

  it('trap: a purl that keeps the case of the name goes with the name', () => {
    const [a, b] = withOneSpelling([nuget('newtonsoft.json'), nuget('Newtonsoft.Json')]);
    expect(a).toEqual(b);
    expect(b?.purl).toBe('pkg:nuget/Newtonsoft.Json@12.0.1');
  });

  it('folds names as their ecosystem does', () => {
    const composer = (name: string): InventoryPackage => ({
      ...{ ecosystem: 'Packagist', name, version: 'v5.3.0', locations: [] },
      purl: 'pkg:composer/symfony/http-kernel@v5.3.0',
    });
    expect(namesOf(composer('symfony/http-kernel'), composer('Symfony/Http-Kernel'))).toEqual(
      Array(2).fill('Symfony/Http-Kernel'),
    );
    const zope = (name: string) => ({ ...python(name), purl: 'pkg:pypi/zope-interface@2.10' });
    expect(namesOf(zope('zope.interface'), zope('Zope_Interface'))).toEqual(Array(2).fill('Zope_Interface'));
  });

  it('leaves other versions and other packages as they are', () => {
    expect(namesOf(nuget('A', '1'), nuget('a', '2'))).toEqual(['A', 'a']);
    const qualified = (name: string, user: string) => ({ ...nuget(name), purl: `pkg:nuget/${name}@12.0.1?u=${user}` });
    expect(namesOf(qualified('A', 'x'), qualified('a', 'X'))).toEqual(['A', 'a']);
  });

  // Both are in npm's registry, by different people.
  it('trap: JSONStream and jsonstream are two packages of npm; so are names of Maven and of distributions', () => {
    for (const [ecosystem, purl] of [
      ['npm', 'pkg:npm/jsonstream@1.0.3'],
      ['Maven', 'pkg:generic/jsonstream@1.0.3'],
      ['Debian:12', 'pkg:deb/debian/jsonstream@1.0.3'],
      ['somebody', 'pkg:deb/somebody/jsonstream@1.0.3'],
    ] as const) {
      const named = (name: string) => ({ ecosystem, name, version: '1.0.3', purl, locations: [] });
      expect(namesOf(named('jsonstream'), named('JSONStream'))).toEqual(['jsonstream', 'JSONStream']);
    }
  });
});
