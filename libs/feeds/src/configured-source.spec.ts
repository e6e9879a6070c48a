import { configuredSource, sourceName } from './configured-source';

describe('a configured source', () => {
  it.each([
    ['/srv/osv', 'osv', '/srv/osv'],
    ['https://feeds.example/npm/all.zip?a=b', 'osv', 'https://feeds.example/npm/all.zip?a=b'],
    ['nvd=/srv/nvd.json.gz', 'nvd', '/srv/nvd.json.gz'],
    ['nvd=https://feeds.example/a=b.json', 'nvd', 'https://feeds.example/a=b.json'],
    ['./nvd=x', 'osv', './nvd=x'],
    ['osv=npm.zip', 'osv', 'npm.zip'],
  ])('%s is of the feed %s', (text, feed, source) => {
    const found = configuredSource(text);
    expect([found.feed.id, found.source]).toEqual([feed, source]);
  });

  it('of a feed that does not exist is refused', () => {
    expect(() => configuredSource('debain-tracker=/srv/x')).toThrow('There is no feed debain-tracker');
  });
});

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
    ['https://feeds.example/', ''],
  ])('of %s is %s', (source, name) => {
    expect(sourceName(source)).toBe(name);
  });
});
