import { readdirSync } from 'node:fs';
import type { ExtractedPackage, Release } from '@tidewaiter/contracts';
import { extractors } from '@tidewaiter/extractors';
import { ecosystemFor, ecosystemOf, ecosystems, isReleaseMissing, schemeForEcosystem } from './registry';

const notEcosystems = ['distro.ts', 'ecosystem.ts', 'index.ts', 'purl.ts', 'registry.ts', 'rolling-apk.ts'];

describe('ecosystem registry', () => {
  it('has one line for every file, named like it', () => {
    const files = readdirSync(new URL('.', import.meta.url))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !notEcosystems.includes(name))
      .map((name) => name.replace('.ts', ''));
    expect(ecosystems.map((ecosystem) => ecosystem.id).sort()).toEqual(files.sort());
  });

  it('names extractors that exist', () => {
    const known = extractors.map((extractor) => extractor.id);
    expect(known).toEqual(
      expect.arrayContaining([...new Set(ecosystems.flatMap((ecosystem) => ecosystem.extractors))]),
    );
  });

  it('orders every ecosystem with packages the way its advisories are ordered', () => {
    for (const { advisoryEcosystem, scheme } of ecosystems) expect(schemeForEcosystem(advisoryEcosystem)).toBe(scheme);
    expect(schemeForEcosystem('Alpine:v3.20')?.id).toBe('apk');
    expect(schemeForEcosystem('PyPI')).toBeUndefined();
  });
});

describe('ecosystemFor', () => {
  it.each([
    ['dpkg', { id: 'debian', versionId: '12' }, 'debian'],
    ['dpkg', { id: 'ubuntu', versionId: '22.04' }, 'ubuntu'],
    ['apk', { id: 'alpine', versionId: '3.20.3' }, 'alpine'],
    ['apk', { id: 'wolfi', versionId: '20230201' }, 'wolfi'],
    ['apk', { id: 'chainguard' }, 'chainguard'],
    ['npm', undefined, 'npm'],
    ['npm', { id: 'debian' }, 'npm'],
  ])('%s in %j belongs to %s', (extractor, release, expected) => {
    expect(ecosystemFor(extractor, release)?.id).toBe(expected);
  });

  it.each([
    ['dpkg', { id: 'raspbian', idLike: ['debian'] }],
    ['dpkg', undefined],
    ['apk', { id: 'debian' }],
    ['unknown', { id: 'debian' }],
  ])('%s in %j belongs nowhere, so that it becomes a problem', (extractor, release) => {
    expect(ecosystemFor(extractor, release)).toBeUndefined();
  });
});

interface Expected {
  readonly ecosystem: string;
  readonly purl: string;
  readonly keys: readonly string[];
}

describe('identify and lookupKeys', () => {
  it.each<[string, Release, ExtractedPackage, Expected]>([
    [
      'dpkg',
      { id: 'debian', versionId: '12' },
      {
        name: 'libssl3',
        version: '3.0.11-1~deb12u2',
        architecture: 'amd64',
        source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
      },
      {
        ecosystem: 'Debian:12',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
        keys: ['Debian:12 openssl'],
      },
    ],
    [
      'dpkg',
      { id: 'debian', versionId: '12.5' },
      { name: 'bash', version: '5.2.15-2+b2' },
      { ecosystem: 'Debian:12', purl: 'pkg:deb/debian/bash@5.2.15-2%2Bb2?distro=debian-12', keys: ['Debian:12 bash'] },
    ],
    [
      'dpkg',
      { id: 'debian', versionCodename: 'trixie' },
      { name: 'bash', version: '5.2' },
      { ecosystem: 'Debian:13', purl: 'pkg:deb/debian/bash@5.2?distro=debian-13', keys: ['Debian:13 bash'] },
    ],
    [
      'dpkg',
      { id: 'ubuntu', versionId: '22.04' },
      { name: 'bash', version: '5.1-6ubuntu1', architecture: 'arm64' },
      {
        ecosystem: 'Ubuntu:22.04:LTS',
        purl: 'pkg:deb/ubuntu/bash@5.1-6ubuntu1?arch=arm64&distro=ubuntu-22.04',
        keys: ['Ubuntu:22.04:LTS bash', 'Ubuntu:22.04 bash'],
      },
    ],
    [
      'dpkg',
      { id: 'ubuntu', versionId: '24.10' },
      { name: 'bash', version: '5' },
      { ecosystem: 'Ubuntu:24.10', purl: 'pkg:deb/ubuntu/bash@5?distro=ubuntu-24.10', keys: ['Ubuntu:24.10 bash'] },
    ],
    [
      'apk',
      { id: 'alpine', versionId: '3.20.3' },
      {
        name: 'libcrypto3',
        version: '3.3.2-r0',
        architecture: 'x86_64',
        source: { name: 'openssl', version: '3.3.2-r0' },
      },
      {
        ecosystem: 'Alpine:v3.20',
        purl: 'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3',
        keys: ['Alpine:v3.20 openssl', 'Alpine:v3.20 libcrypto3'],
      },
    ],
    [
      'apk',
      { id: 'alpine', versionId: '3.23_alpha20250612' },
      { name: 'musl', version: '1.2.5-r0' },
      {
        ecosystem: 'Alpine:edge',
        purl: 'pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.23_alpha20250612',
        keys: ['Alpine:edge musl'],
      },
    ],
    [
      'apk',
      { id: 'wolfi', versionId: '20230201' },
      { name: 'busybox', version: '1.36.1-r2' },
      { ecosystem: 'Wolfi', purl: 'pkg:apk/wolfi/busybox@1.36.1-r2?distro=wolfi-20230201', keys: ['Wolfi busybox'] },
    ],
    [
      'npm',
      { id: 'debian', versionId: '12' },
      { name: '@Scope/Name', version: '1.0.0' },
      { ecosystem: 'npm', purl: 'pkg:npm/%40Scope/Name@1.0.0', keys: ['npm @scope/name'] },
    ],
  ])('%s in %j: %j', (extractor, release, extracted, { ecosystem, purl, keys }) => {
    const pkg = ecosystemFor(extractor, release)?.identify(extracted, release);
    expect(pkg).toMatchObject({ ecosystem, purl, name: extracted.name, version: extracted.version });
    if (pkg === undefined) return;
    expect(ecosystemOf(pkg)).toBe(ecosystemFor(extractor, release));
    expect(isReleaseMissing(pkg)).toBe(false);
    expect(
      ecosystemOf(pkg)
        ?.lookupKeys(pkg)
        .map((key) => `${key.ecosystem} ${key.name}`),
    ).toEqual(keys);
  });

  it('keeps the source version of a rebuilt binary: the rebuild fixes nothing', () => {
    const release = { id: 'debian', versionId: '12' };
    const pkg = ecosystemFor('dpkg', release)?.identify(
      { name: 'foo', version: '1.2-3+b1', source: { name: 'foo', version: '1.2-3' } },
      release,
    );
    expect(pkg?.source).toEqual({ name: 'foo', version: '1.2-3' });
  });

  it.each([
    ['dpkg', { id: 'debian', versionCodename: 'sid' }, 'Debian', 'Debian:12'],
    ['dpkg', { id: 'debian' }, 'Debian', 'Debian:13'],
    ['dpkg', { id: 'ubuntu' }, 'Ubuntu', 'Ubuntu:22.04:LTS'],
    ['apk', { id: 'alpine', versionId: 'unknown' }, 'Alpine', 'Alpine:v3.20'],
  ])('%s in %j has no release, and is looked up in all of them', (extractor, release, ecosystem, among) => {
    const record = ecosystemFor(extractor, release);
    const pkg = record?.identify({ name: 'bash', version: '5' }, release);
    expect(pkg?.ecosystem).toBe(ecosystem);
    if (pkg === undefined || record === undefined) return;
    expect(isReleaseMissing(pkg)).toBe(true);
    expect(record.lookupKeys(pkg)).toContainEqual({ ecosystem: among, name: 'bash' });
  });

  it('does not need a release where the distro has none', () => {
    expect(isReleaseMissing({ ecosystem: 'Wolfi' })).toBe(false);
    expect(isReleaseMissing({ ecosystem: 'npm' })).toBe(false);
  });
});
