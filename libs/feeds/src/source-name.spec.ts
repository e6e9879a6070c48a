import { sourceName } from './source-name';

describe('the name of a source', () => {
  it.each([
    ['/srv/osv/npm.zip', 'npm'],
    ['/srv/osv/npm/all.zip', 'npm'],
    ['/srv/osv', 'osv'],
    ['/srv/osv/', 'osv'],
    ['/srv/oval.xml.bz2', 'oval'],
    ['https://feeds.example/Red%20Hat/all.zip', 'Red Hat'],
    ['https://feeds.example/npm/all.zip?sig=secret', 'npm'],
    ['https://feeds.example/%E0%A4/all.zip', '%E0%A4'],
    ['https://feeds.example/npm/', 'npm'],
    ['https://feeds.example/', ''],
  ])('of %s is %s', (source, name) => {
    expect(sourceName(source)).toBe(name);
  });

  it('of mostly dots is found in time', () => {
    const start = performance.now();
    expect(sourceName(`/srv/${'.'.repeat(100_000)}\n`)).toMatch(/^\.+\n$/);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
