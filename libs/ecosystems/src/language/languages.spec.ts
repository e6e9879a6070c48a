import { PackageURL } from 'packageurl-js';
import { ecosystems } from '../registry';

interface Expected {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  /** Names it is looked up by. */
  readonly keys: readonly string[];
}

/** Purls as the type definitions write them (https://github.com/package-url/purl-spec/tree/main/types). */
describe('language ecosystems', () => {
  it.each<Expected>([
    {
      id: 'bitnami',
      name: 'WordPress',
      version: '6.1.0-0',
      purl: 'pkg:bitnami/wordpress@6.1.0-0',
      keys: ['wordpress'],
    },
    { id: 'conan', name: 'openssl', version: '3.0.3', purl: 'pkg:conan/openssl@3.0.3', keys: ['openssl'] },
    { id: 'conda', name: 'openssl', version: '3.0.3', purl: 'pkg:conda/openssl@3.0.3', keys: ['openssl'] },
    { id: 'cpan', name: 'libwww-perl', version: '6.76', purl: 'pkg:cpan/libwww-perl@6.76', keys: ['libwww-perl'] },
    { id: 'cran', name: 'rJava', version: '1.0-4', purl: 'pkg:cran/rJava@1.0-4', keys: ['rJava'] },
    { id: 'crates-io', name: 'rand', version: '0.7.2', purl: 'pkg:cargo/rand@0.7.2', keys: ['rand'] },
    { id: 'generic', name: 'node', version: '26.12.1', purl: 'pkg:generic/node@26.12.1', keys: ['node'] },
    {
      id: 'hackage',
      name: 'AC-HalfInteger',
      version: '1.2.1',
      purl: 'pkg:hackage/AC-HalfInteger@1.2.1',
      keys: ['AC-HalfInteger'],
    },
    { id: 'hex', name: 'Phoenix_HTML', version: '2.13.3', purl: 'pkg:hex/phoenix_html@2.13.3', keys: ['phoenix_html'] },
    {
      id: 'luarocks',
      name: 'LuaSocket',
      version: '3.1.0-1',
      purl: 'pkg:luarocks/luasocket@3.1.0-1',
      keys: ['LuaSocket'],
    },
    { id: 'go', name: 'stdlib', version: '1.21.0', purl: 'pkg:golang/stdlib@1.21.0', keys: ['stdlib'] },
    { id: 'go', name: 'std', version: 'go1.21.0', purl: 'pkg:golang/std@go1.21.0', keys: ['std', 'stdlib'] },
    {
      id: 'go',
      name: 'github.com/Masterminds/goutils/v2',
      version: 'v2.1.0',
      purl: 'pkg:golang/github.com/masterminds/goutils/v2@v2.1.0',
      keys: ['github.com/masterminds/goutils/v2', 'github.com/Masterminds/goutils/v2'],
    },
    {
      id: 'maven',
      name: 'org.apache.xmlgraphics:batik-anim',
      version: '1.9.1',
      purl: 'pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1',
      keys: ['org.apache.xmlgraphics:batik-anim'],
    },
    { id: 'maven', name: 'batik-anim', version: '1.9.1', purl: 'pkg:generic/batik-anim@1.9.1', keys: ['batik-anim'] },
    {
      id: 'pypi',
      name: 'Zope._-Interface',
      version: '5.4.0',
      purl: 'pkg:pypi/zope-interface@5.4.0',
      keys: ['zope-interface'],
    },
    {
      id: 'luarocks',
      name: 'hisham/luafilesystem',
      version: '1.8.0-1',
      purl: 'pkg:luarocks/hisham/luafilesystem@1.8.0-1',
      keys: ['hisham/luafilesystem'],
    },
    {
      id: 'npm',
      name: '@angular/animation',
      version: '12.3.1',
      purl: 'pkg:npm/%40angular/animation@12.3.1',
      keys: ['@angular/animation'],
    },
    {
      id: 'nuget',
      name: 'Newtonsoft.Json',
      version: '13.0.3',
      purl: 'pkg:nuget/Newtonsoft.Json@13.0.3',
      keys: ['newtonsoft.json'],
    },
    {
      id: 'packagist',
      name: 'Laravel/Laravel',
      version: '5.5.0',
      purl: 'pkg:composer/laravel/laravel@5.5.0',
      keys: ['laravel/laravel'],
    },
    { id: 'packagist', name: 'private', version: '1.0', purl: 'pkg:composer/private@1.0', keys: ['private'] },
    { id: 'pub', name: 'characters', version: '1.2.0', purl: 'pkg:pub/characters@1.2.0', keys: ['characters'] },
    { id: 'pub', name: 'Old-Name', version: '1.0.0', purl: 'pkg:pub/old_name@1.0.0', keys: ['old-name'] },
    {
      id: 'rubygems',
      name: 'ruby-advisory-db-check',
      version: '0.12.4',
      purl: 'pkg:gem/ruby-advisory-db-check@0.12.4',
      keys: ['ruby-advisory-db-check'],
    },
    {
      id: 'swift',
      name: 'https://github.com/Alamofire/Alamofire.git',
      version: '5.4.3',
      purl: 'pkg:swift/github.com/Alamofire/Alamofire@5.4.3',
      keys: ['github.com/Alamofire/Alamofire'],
    },
    { id: 'swift', name: 'alamofire', version: '5.4.3', purl: 'pkg:generic/alamofire@5.4.3', keys: ['alamofire'] },
    {
      id: 'github-actions',
      name: 'Actions/Checkout',
      version: 'v5.2.0',
      purl: 'pkg:githubactions/actions/checkout@v5.2.0',
      keys: ['actions/checkout'],
    },
    {
      id: 'github-actions',
      name: 'github/codeql-action/Init',
      version: 'v3',
      purl: 'pkg:githubactions/github/codeql-action%2FInit@v3',
      keys: ['github/codeql-action/init', 'github/codeql-action'],
    },
    { id: 'wordpress-plugin', name: 'akismet', version: '5.3', purl: 'pkg:wordpress/akismet@5.3', keys: ['akismet'] },
    {
      id: 'wordpress-theme',
      name: 'twentytwenty',
      version: '2.7',
      purl: 'pkg:wordpress-theme/twentytwenty@2.7',
      keys: ['twentytwenty'],
    },
  ])('$id: $name $version is $purl', ({ id, name, version, purl, keys }) => {
    const ecosystem = ecosystems.find((each) => each.id === id);
    const pkg = ecosystem?.identify({ name, version });
    expect(pkg).toEqual({ ecosystem: ecosystem?.advisoryEcosystem, name, version, purl });
    if (pkg === undefined) return;
    expect(ecosystem?.lookupKeys(pkg)).toEqual(keys.map((key) => ({ ecosystem: pkg.ecosystem, name: key })));
    expect(PackageURL.fromString(purl).toString()).toBe(purl);
  });

  it.each([
    ['bitnami', { arch: 'amd64', distro: 'debian-12' }, 'pkg:bitnami/name@1.0.0?arch=amd64&distro=debian-12'],
    ['rubygems', { platform: 'java' }, 'pkg:gem/name@1.0.0?platform=java'],
    [
      'julia',
      { uuid: 'ade2ca70-3891-5945-98fb-dc099432e06a' },
      'pkg:julia/name@1.0.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a',
    ],
    ['conan', { user: 'bincrafters', channel: 'stable' }, 'pkg:conan/name@1.0.0?channel=stable&user=bincrafters'],
  ])('%s: says %j in its purl', (id, purlQualifiers, purl) => {
    const ecosystem = ecosystems.find((each) => each.id === id);
    expect(ecosystem?.identify({ name: 'name', version: '1.0.0', purlQualifiers }).purl).toBe(purl);
  });

  it('says whose a Perl distribution is in its purl', () => {
    const cpan = ecosystems.find((each) => each.id === 'cpan');
    const distribution = { name: 'libwww-perl', version: '6.76', purlNamespace: 'OALDERS' };
    expect(cpan?.identify(distribution)).toEqual({
      ecosystem: 'CPAN',
      name: 'libwww-perl',
      version: '6.76',
      purl: 'pkg:cpan/OALDERS/libwww-perl@6.76',
    });
  });
});
