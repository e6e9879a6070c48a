import { configuredSource } from '@tidewaiter/feeds';
import { freeId } from './feed-id';

describe('the id of a source', () => {
  it.each([
    ['/srv/osv/npm.zip', 'osv:npm'],
    ['https://feeds.example/Red%20Hat/all.zip', 'osv:Red Hat'],
    ['https://feeds.example/', 'osv:source'],
    ['nvd=/srv/2024.json.gz', 'nvd:2024'],
  ])('of %s is %s', (source, id) => {
    expect(freeId(configuredSource(source), new Set())).toBe(id);
  });

  it('is another one when it is taken', () => {
    expect(freeId(configuredSource('/a/npm.zip'), new Set(['osv:npm', 'osv:npm-2']))).toBe('osv:npm-3');
  });
});
