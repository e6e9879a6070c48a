import { extracted, namesIn } from '../spec-extraction';
import { haskell } from './haskell';

const registration = `name:                 text-conversions
version:              0.3.1.1
visibility:           public
id:                   text-conversions-0.3.1.1-BS4js80HKFw2IJxR6LYZ44
license:              ISC
description:
    Safe conversions between textual types

    version: 9
abi:                  31d1ff8d633aa0ae86a708a4485a9996
depends:
    base-4.15.1.0 bytestring-0.10.12.1
`;

describe('a registration of ghc-pkg', () => {
  it.each([
    'var/lib/ghc/package.conf.d/text-conversions-0.3.1.1.conf',
    'root/.cabal/store/ghc-9.0.2/package.db/text-conversions-0.3.1.1-BS4js80HKFw2IJxR6LYZ44.conf',
    'root/.stack/snapshots/x86_64-linux/0123/9.0.2/pkgdb/text-conversions-0.3.1.1.conf',
  ])('%s names a package', async (path) => {
    const { packages, problems } = await extracted(haskell, path, registration);
    expect([packages, problems]).toEqual([[{ name: 'text-conversions', version: '0.3.1.1', licenses: ['ISC'] }], []]);
  });

  const read = (content: string) => namesIn(haskell, 'lib/package.conf.d/x.conf', content);

  it('of a library inside a package is the package’s', async () => {
    const text =
      'name: z-attoparsec-z-attoparsec-internal\nversion: 0.14.4\npackage-name: attoparsec\nlib-name: attoparsec-internal\n';
    expect(await read(text)).toEqual(['attoparsec@0.14.4']);
  });

  it('may have its values on lines of their own', async () => {
    expect(await read('name:\r\n    a\r\nVersion:\r\n    1.0\r\n')).toEqual(['a@1.0']);
  });

  it.each(['', 'name: a\n', 'version: 1\n', 'name:\n\nversion:\n'])('that is %j is a problem', async (text) => {
    expect(await read(text)).toEqual(['haskell-registration-unreadable']);
  });

  it('is nothing below a database', async () => {
    expect(await namesIn(haskell, 'lib/package.conf.d/deeper/x.conf', registration)).toEqual([]);
  });
});
