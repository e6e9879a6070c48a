import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { extracted } from '../spec-extraction';
import { gemspec } from './gemspec';

/** Writes specifications the way an installation does, and lists what RubyGems then sees. */
const program = `
require 'rubygems'
require 'json'
dir = ARGV[0]
Dir.mkdir(File.join(dir, 'specifications'))
[['rake', '13.0.6', 'ruby', ['MIT']], ['nokogiri', '1.15.0', 'x86_64-linux', []], ['a-b_c.d', '2.0.0.pre.1', 'java', ['GPL-2.0-only', 'Ruby']],
 ['jruby-openssl', '0.1', 'universal-java-11', ['MIT']]].each do |name, version, platform, licenses|
  spec = Gem::Specification.new do |s|
    s.name, s.version, s.platform, s.licenses = name, version, platform, licenses
    s.summary = s.description = "x"; s.authors = ["x"]; s.files = []
  end
  File.write(File.join(dir, 'specifications', spec.full_name + '.gemspec'), spec.to_ruby)
end
Gem.use_paths(dir, [dir])
puts JSON.generate(Gem::Specification.stubs.select { |s| s.base_dir == dir }.map { |s| [s.name, s.version.to_s, s.platform.to_s, s.to_spec.licenses] }.sort)
`;

describeWithTool('ruby', 'installed gems as RubyGems lists them', () => {
  it('gives the same names, versions, platforms and licences', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tidewaiter-gemspec-'));
    try {
      const expected: unknown = JSON.parse(execFileSync('ruby', ['-e', program, root], { encoding: 'utf8' }));
      const mine: unknown[] = [];
      for (const name of readdirSync(join(root, 'specifications'))) {
        const path = join('specifications', name);
        const { packages, problems } = await extracted(gemspec, path, readFileSync(join(root, path)));
        expect(problems).toEqual([]);
        for (const pkg of packages) {
          mine.push([pkg.name, pkg.version, pkg.purlQualifiers?.['platform'] ?? 'ruby', pkg.licenses ?? []]);
        }
      }
      expect(expected).toHaveLength(4);
      expect(mine.sort()).toEqual(expected);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
