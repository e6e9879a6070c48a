import { configuredSource } from './configured-source';

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
