import { extracted, namesIn } from '../spec-extraction';
import { perl } from './perl';

const path = 'usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/.meta/Try-Tiny-0.31/install.json';

describe('install.json', () => {
  it.each([
    [
      { dist: 'Try-Tiny-0.31', name: 'Try::Tiny', version: '0.31', pathname: 'E/ET/ETHER/Try-Tiny-0.31.tar.gz' },
      'Try-Tiny@0.31',
    ],
    [{ dist: 'Mojolicious-9.26', name: 'Mojolicious', version: 9.26 }, 'Mojolicious@9.26'],
    [{ dist: 'version-v0.99', name: 'version', version: '0.99' }, 'version@v0.99'],
    [{ dist: 'IO-Socket-SSL-2.075_1', name: 'IO::Socket::SSL', version: '2.0751' }, 'IO-Socket-SSL@2.075_1'],
    [{ dist: 'Encode-3.19', name: 'Encode::Alias', version: '2.25' }, 'Encode@3.19'],
    [{ dist: 'Dist-Zilla-6.030-TRIAL', name: 'Dist::Zilla', version: '6.030' }, 'Dist-Zilla@6.030'],
    [{ dist: 'App-x', name: 'App::x', version: '1.0' }, 'App-x@1.0'],
  ])('%j names a distribution', async (install, expected) => {
    expect(await namesIn(perl, path, JSON.stringify(install))).toEqual([expected]);
  });

  it('says whose it is by where CPAN has it', async () => {
    const install = { dist: 'Foo-Bar-1.20', name: 'Foo::Bar', version: 1, pathname: 'E/ET/ETHER/Foo-Bar-1.20.tar.gz' };
    const { packages } = await extracted(perl, path, JSON.stringify(install));
    expect(packages).toEqual([{ name: 'Foo-Bar', version: '1.20', purlNamespace: 'ETHER' }]);
    const elsewhere = await extracted(perl, path, JSON.stringify({ ...install, pathname: '/tmp/Foo-Bar-1.20.tar.gz' }));
    expect(elsewhere.packages).toEqual([{ name: 'Foo-Bar', version: '1.20' }]);
  });

  it.each(['', '{}', '{"dist":"","version":""}', '[]'])('that is %j is a problem', async (content) => {
    expect(await namesIn(perl, path, content)).toEqual(['perl-install-invalid']);
  });
});
