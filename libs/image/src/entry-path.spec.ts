import { baseNameOf, cleanEntryPath, parentOf } from './entry-path';

describe('cleanEntryPath', () => {
  it.each([
    ['etc/passwd', 'etc/passwd'],
    ['./etc/passwd', 'etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['etc//passwd/', 'etc/passwd'],
    ['etc/./passwd', 'etc/passwd'],
    ['usr/../etc/passwd', 'etc/passwd'],
    ['.wh.file', '.wh.file'],
    ['a/.hidden/b', 'a/.hidden/b'],
    ['a/..b', 'a/..b'],
    ['./', ''],
    ['/', ''],
    ['', ''],
  ])('writes %j as %j', (name, path) => {
    expect(cleanEntryPath(name)).toEqual({ ok: true, value: path });
  });

  it.each(['..', '../etc/passwd', 'a/../../etc', '/../etc', './../x'])('refuses %j, which leaves the image', (name) => {
    expect(cleanEntryPath(name)).toEqual({ ok: false, error: 'outside-root' });
  });

  it('refuses a NUL byte, where other readers would end the name', () => {
    expect(cleanEntryPath('etc/passwd\0.txt').ok).toBe(false);
  });
});

describe('parentOf and baseNameOf', () => {
  it('split a path', () => {
    expect([parentOf('a/b/c'), baseNameOf('a/b/c')]).toEqual(['a/b', 'c']);
    expect([parentOf('a'), baseNameOf('a')]).toEqual(['', 'a']);
  });
});
