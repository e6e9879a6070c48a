import { toFetchAnew } from './fetch-anew';

it('names what there was, and nothing by which a server or a list could say that it is the same', () => {
  const file = { sha256: 'a', etag: '"1"', lastModified: 'then', version: '7', checkedWith: 'key' };
  const files = { 'https://a/main.json': file, 'https://a/old.json': { ...file, isGone: true as const } };
  expect(toFetchAnew({ sha256: 'b', cursor: '{}', checkedWith: 'key', files })).toEqual({
    sha256: '',
    files: {
      'https://a/main.json': { sha256: 'a', checkedWith: 'key' },
      'https://a/old.json': { sha256: 'a', checkedWith: 'key', isGone: true },
    },
  });
  expect(toFetchAnew({ sha256: 'b', etag: '"1"' })).toBeUndefined();
});
