import { extracted } from '../spec-extraction';
import { gemspec } from './gemspec';

/** As RubyGems 3.3 writes it. */
const json = `# -*- encoding: utf-8 -*-
# stub: json 2.6.1 ruby lib
# stub: ext/json/ext/generator/extconf.rb ext/json/ext/parser/extconf.rb ext/json/extconf.rb

Gem::Specification.new do |s|
  s.name = "json".freeze
  s.version = "2.6.1"

  s.require_paths = ["lib".freeze]
  s.licenses = ["Ruby".freeze, "BSD-2-Clause".freeze]
  s.rubygems_version = "3.3.3".freeze
end
`;

const place = 'usr/lib/ruby/gems/3.1.0/specifications';

async function read(path: string, content: string): Promise<unknown> {
  const { packages, problems } = await extracted(gemspec, path, content);
  return [...packages, ...problems.map((problem) => problem.code)];
}

describe('the specification of an installed gem', () => {
  const expected = [{ name: 'json', version: '2.6.1', licenses: ['Ruby', 'BSD-2-Clause'] }];

  it.each([
    [`${place}/json-2.6.1.gemspec`, expected],
    [`${place}/default/json-2.6.1.gemspec`, expected],
    ['usr/share/rubygems-integration/all/specifications/json-2.6.1.gemspec', expected],
    ['usr/lib/ruby/gems/3.1.0/gems/json-2.6.1/json.gemspec', []],
    [`${place}/other/json-2.6.1.gemspec`, []],
    ['app/vendor/bundle/ruby/3.1.0/bundler/gems/json-caf69b539fc5/json.gemspec', expected],
    ['usr/local/bundle/bundler/gems/many-caf69b539fc5/gems/json/json.gemspec', expected],
    ['usr/local/bundle/bundler/gems/json-caf69b539fc5/test/fixtures/a/json.gemspec', []],
    ['usr/local/bundle/cache/bundler/gems/json.gemspec', []],
  ])('at %s is %j', async (path, packages) => {
    expect(await read(path, json)).toEqual(packages);
  });

  it('in a repository that Bundler checked out is what Bundler wrote, and not what computes its values', async () => {
    const text = 'Gem::Specification.new do |s|\n  s.name = "rack"\n  s.version = "2.0.1"\nend\n';
    expect(await read('usr/local/bundle/bundler/gems/rack-caf69b539fc5/rack.gemspec', text)).toEqual([]);
  });

  it('tells the platform from the version', async () => {
    const text = '# stub: nokogiri 1.15.0 x86_64-linux lib\n';
    expect(await read(`${place}/nokogiri-1.15.0-x86_64-linux.gemspec`, text)).toEqual([
      { name: 'nokogiri', version: '1.15.0', purlQualifiers: { platform: 'x86_64-linux' } },
    ]);
  });

  it.each([
    ['Gem::Specification.new do |s|\n  s.name = %q{rake}\n', ['gemspec-unreadable']],
    [
      "Gem::Specification.new do |spec|\n  spec.name    = 'rake'\n  spec.version = '13.0.6'\n  spec.license = 'MIT'\nend\n",
      [{ name: 'rake', version: '13.0.6', licenses: ['MIT'] }],
    ],
    [
      'Gem::Specification.new do |s|\n  s.name = "rake"\n  s.version = Gem::Version.new("13.0.6")\n  s.platform = Gem::Platform.new("java")\n',
      [{ name: 'rake', version: '13.0.6', purlQualifiers: { platform: 'java' } }],
    ],
    ['Gem::Specification.new do |s|\n  s.name = "rake"\n  s.version = Rake::VERSION\n', ['gemspec-unreadable']],
    ['Gem::Specification.new do |s|\n  s.name = "rake#{1}"\n  s.version = "1"\n', ['gemspec-unreadable']],
    ['', ['gemspec-unreadable']],
  ])('without the line for RubyGems: %j', async (text, packages) => {
    expect(await read(`${place}/rake-13.0.6.gemspec`, text)).toEqual(packages);
  });
});
