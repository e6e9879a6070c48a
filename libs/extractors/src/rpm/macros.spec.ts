import { databaseChoice, isMacroFile, readMacros } from './macros';

const choice = (settings: Readonly<Record<string, string>>): unknown =>
  databaseChoice(new Map(Object.entries(settings)));

describe('rpm’s macro files', () => {
  it.each([
    ['usr/lib/rpm/macros', 0],
    ['usr/lib/rpm/macros.d/macros.dist', 1],
    ['usr/lib/rpm/platform/x86_64-linux/macros', 2],
    ['usr/lib/rpm/redhat/macros', 3],
    ['etc/rpm/macros.db', 4],
    ['etc/rpm/macros', 5],
    ['root/.rpmmacros', 6],
  ])('%s has the rank %i', (path, rank) => {
    expect(readMacros(path, '%_db_backend ndb\n').settings).toEqual({ rank, values: { _db_backend: 'ndb' } });
  });

  it.each(['etc/rpm/platform', 'usr/lib/rpm/macros.d/x', 'opt/macros', 'usr/lib/rpm/a/b/macros'])(
    '%s is none',
    (path) => {
      expect(isMacroFile(path)).toBe(false);
    },
  );

  it('define names in lines of their own, the last one counts, and others are of no interest', () => {
    const text = '# %_dbpath /x\n%_dbpath\t\t%{_var}/lib/rpm\r\n%_var /var\n%__cc gcc\n%_dbpath(a) /y\n%_var /srv \n';
    expect(readMacros('etc/rpm/macros', text).settings?.values).toEqual({ _dbpath: '%{_var}/lib/rpm', _var: '/srv' });
    expect(readMacros('etc/rpm/macros', '%__cc gcc\n')).toEqual({ packages: [], problems: [] });
  });
});

describe('which database rpm reads', () => {
  const others = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

  it.each([
    [{}, { firstOf: others }],
    [{ _db_backend: 'sqlite' }, { firstOf: others }],
    [{ _db_backend: 'ndb' }, { firstOf: ['Packages.db', 'rpmdb.sqlite', 'Packages'] }],
    [{ _db_backend: 'bdb' }, { firstOf: ['Packages', 'rpmdb.sqlite', 'Packages.db'] }],
    [{ _db_backend: 'lmdb' }, { firstOf: others }],
    [{ _dbpath: '/usr/lib/sysimage//rpm/' }, { firstOf: others, directory: 'usr/lib/sysimage/rpm' }],
    [
      { _dbpath: '%{_var}/lib/rpm', _var: '/var' },
      { firstOf: others, directory: 'var/lib/rpm' },
    ],
    [{ _dbpath: '%{?_a}%_var/lib/rpm', _var: '/var' }, { firstOf: others }],
    [
      { _dbpath: '%{_localstatedir}/lib/rpm', _localstatedir: '%{_var}', _var: '/var' },
      { firstOf: others, directory: 'var/lib/rpm' },
    ],
    [{ _dbpath: "%(bash -c 'echo ~/.rpmdb')" }, { firstOf: others }],
    [{ _dbpath: '%{lua:print("/x")}' }, { firstOf: others }],
    [{ _dbpath: '%{_dbpath}' }, { firstOf: others }],
    [{ _dbpath: 'relative' }, { firstOf: others }],
  ])('by the settings %j is %j', (settings, expected) => {
    expect(choice(settings)).toEqual(expected);
  });
});
