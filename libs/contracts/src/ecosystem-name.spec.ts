import { ecosystemBase, normalizeAdvisoryName } from './ecosystem-name';

describe('ecosystemBase', () => {
  it('drops the release', () => {
    expect(ecosystemBase('Debian:12')).toBe('Debian');
    expect(ecosystemBase('Ubuntu:22.04:LTS')).toBe('Ubuntu');
    expect(ecosystemBase('npm')).toBe('npm');
  });
});

describe('normalizeAdvisoryName', () => {
  it.each([
    ['npm', 'JSONStream', 'jsonstream'],
    ['npm', '@Scope/Name', '@scope/name'],
    ['Bitnami', 'WordPress', 'wordpress'],
    ['PyPI', 'Zope._-Interface', 'zope-interface'],
    ['NuGet', 'Newtonsoft.Json', 'newtonsoft.json'],
    ['Packagist', 'Symfony/Symfony', 'symfony/symfony'],
    ['SwiftURL', 'https://github.com/apple/swift-nio.git', 'github.com/apple/swift-nio'],
    ['Go', 'github.com/Masterminds/goutils', 'github.com/masterminds/goutils'],
    ['Maven', 'org.Apache:Foo', 'org.Apache:Foo'],
    ['Debian:12', 'openssl', 'openssl'],
    ['Rocky Linux:9', 'NetworkManager', 'NetworkManager'],
  ])('%s: %s is looked up as %s', (ecosystem, name, expected) => {
    expect(normalizeAdvisoryName(ecosystem, name)).toBe(expected);
  });
});
