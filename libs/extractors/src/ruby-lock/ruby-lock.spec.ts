import { extracted } from '../spec-extraction';
import { rubyLock } from './ruby-lock';
import { gemfileLock } from './spec-gemfile-lock';

async function read(content: string, path = 'app/Gemfile.lock'): Promise<readonly string[]> {
  const { packages, problems } = await extracted(rubyLock, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const expected = ['from-git@1.0.0', 'nokogiri@1.15.0', 'racc@1.7.0', 'rack@2.2.4', 'rails-html-sanitizer@1.4.3.pre.1'];

describe('Gemfile.lock', () => {
  it('names gems once, without their platforms and without those in the project', async () => {
    expect(await read(gemfileLock)).toEqual(expected);
    expect(await read(gemfileLock, 'gems.locked')).toEqual(expected);
  });

  it('may have CR LF', async () => {
    expect(await read(gemfileLock.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('says so when a gem has no version, or is cut off', async () => {
    expect(await read('GEM\n  specs:\n    rack (2.2.4)\n    rails\n    nokogiri (1.15')).toEqual([
      'rack@2.2.4',
      'lock-entry-invalid',
    ]);
  });

  it('without gems names none', async () => {
    expect(await read('GEM\n  specs:\n\nPLATFORMS\n  ruby\n')).toEqual([]);
  });

  it.each(['', 'source "https://rubygems.org"\ngem "rack"\n', '{}'])('that is %j is a problem', async (content) => {
    expect(await read(content)).toEqual(['lock-unreadable']);
  });
});
