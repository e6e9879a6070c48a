import { keyFilesOf } from './key-files';

describe('files of keys', () => {
  const files = [
    { feed: 'red-hat', path: '/keys/1.asc' },
    { feed: 'suse', path: '/keys/2.asc' },
    { feed: 'red-hat', path: '/keys/3.asc' },
    { feed: 'vex', path: '/keys/4.asc' },
  ];

  it('are those of the feed alone', () => {
    expect(keyFilesOf('red-hat', files)).toEqual(['/keys/1.asc', '/keys/3.asc']);
    expect(keyFilesOf('kev', files)).toEqual([]);
  });

  it('of a feed that does not exist stop every reading, and no typing error leaves signatures unchecked', () => {
    const mistyped = [...files, { feed: 'redhat', path: '/keys/1.asc' }];
    expect(() => keyFilesOf('red-hat', mistyped)).toThrow('ADVISORIES_KEYS names a feed redhat, which does not exist');
  });
});
