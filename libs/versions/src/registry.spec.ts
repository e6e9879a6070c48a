import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { apk } from './apk/scheme';
import { dpkg } from './dpkg/scheme';
import { npm } from './npm/scheme';
import { compareTexts, schemeById, schemes } from './registry';
import { semver } from './semver/scheme';

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

describe('compareTexts', () => {
  it('orders by the scheme', () => {
    expect(compareTexts(dpkg, '1.0~rc1', '1.0')).toEqual({ ok: true, value: -1 });
    expect(compareTexts(semver, '1.10.0', '1.9.0')).toEqual({ ok: true, value: 1 });
    expect(compareTexts(apk, '1.0-r0', '1.0-r0')).toEqual({ ok: true, value: 0 });
  });

  it('says which text is no version', () => {
    expect(compareTexts(npm, '1.2.3', 'latest')).toMatchObject({
      ok: false,
      error: {
        code: 'version-malformed',
        message: '"latest" is not a version: expected major.minor.patch with an optional -pre-release and +build',
      },
    });
  });
});
