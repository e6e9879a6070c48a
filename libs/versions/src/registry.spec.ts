import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { compareVersions, schemeById, schemes } from './registry';

const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('scheme registry', () => {
  it('has one line for every folder, named like it', () => {
    expect(schemes.map((scheme) => scheme.id).sort()).toEqual(folders);
  });

  it.each(folders)('%s has a README and a hand-picked oracle with reasons', (folder) => {
    const file = (name: string): URL => new URL(`./${folder}/${name}`, import.meta.url);
    expect(existsSync(file('README.md'))).toBe(true);
    expect(existsSync(file('scheme.ts'))).toBe(true);
    expect(readFileSync(file('oracle.txt'), 'utf8')).toMatch(/^# .*\n(.*\n)*?\S+ (<|=|<~) \S+$/m);
  });

  it('finds a scheme by its id', () => {
    expect(schemeById('dpkg')?.id).toBe('dpkg');
    expect(schemeById('nonsense')).toBeUndefined();
  });
});

describe('compareVersions', () => {
  it('orders by the named scheme', () => {
    expect(compareVersions('dpkg', '1.0~rc1', '1.0')).toEqual({ ok: true, value: -1 });
    expect(compareVersions('semver', '1.10.0', '1.9.0')).toEqual({ ok: true, value: 1 });
    expect(compareVersions('apk', '1.0-r0', '1.0-r0')).toEqual({ ok: true, value: 0 });
  });

  it('says which text is no version', () => {
    expect(compareVersions('npm', '1.2.3', 'latest')).toMatchObject({
      ok: false,
      error: {
        code: 'version-malformed',
        message: '"latest" is not a version: expected major.minor.patch with an optional -pre-release and +build',
      },
    });
  });

  it('names the schemes it knows when asked for another', () => {
    const known = schemes.map(({ id }) => id).join(', ');
    expect(compareVersions('nonsense', '1', '2')).toMatchObject({
      ok: false,
      error: { code: 'scheme-unknown', message: `there is no version scheme "nonsense"; known are ${known}` },
    });
  });
});
