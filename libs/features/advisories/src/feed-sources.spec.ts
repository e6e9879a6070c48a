import { freeId } from './feed-sources';

describe('the id of a source', () => {
  it.each([
    ['/srv/osv/npm.zip', 'osv:npm'],
    ['/srv/osv/npm/all.zip', 'osv:npm'],
    ['/srv/osv', 'osv:osv'],
    ['https://feeds.example/Red%20Hat/all.zip', 'osv:Red Hat'],
    ['https://feeds.example/npm/all.zip?sig=secret', 'osv:npm'],
    ['https://feeds.example/%E0%A4/all.zip', 'osv:%E0%A4'],
    ['https://feeds.example/', 'osv:source'],
  ])('of %s is %s', (source, id) => {
    expect(freeId(source, new Set())).toBe(id);
  });

  it('is another one when it is taken', () => {
    expect(freeId('/a/npm.zip', new Set(['osv:npm', 'osv:npm-2']))).toBe('osv:npm-3');
  });
});
