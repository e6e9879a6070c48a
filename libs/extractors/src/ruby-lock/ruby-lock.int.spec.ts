import { execFileSync } from 'node:child_process';
import { describeWithTool } from '@tidewaiter/testing';
import { extracted } from '../spec-extraction';
import { rubyLock } from './ruby-lock';
import { gemfileLock } from './spec-gemfile-lock';

const program = `
require 'bundler'
require 'json'
# Gems that lie in the project are looked for beside it.
ENV['BUNDLE_GEMFILE'] = '/nowhere/Gemfile'
specs = Bundler::LockfileParser.new($stdin.read).specs.reject { |s| s.source.instance_of?(Bundler::Source::Path) }
puts JSON.generate(specs.map { |s| s.name + '@' + s.version.to_s }.uniq.sort)
`;

describeWithTool('ruby', 'Gemfile.lock as Bundler reads it', () => {
  it('gives the same names and versions', async () => {
    const expected: unknown = JSON.parse(
      execFileSync('ruby', ['-e', program], { input: gemfileLock, encoding: 'utf8' }),
    );
    const { packages } = await extracted(rubyLock, 'Gemfile.lock', gemfileLock);
    expect(packages.map((pkg) => `${pkg.name}@${pkg.version}`).sort()).toEqual(expected);
  });
});
