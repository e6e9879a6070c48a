import { readdirSync } from 'node:fs';
import { extractors } from '@tidewaiter/extractors';
import { ecosystemFor, ecosystems, schemeForEcosystem } from './registry';

const notEcosystems = ['ecosystem.ts', 'index.ts', 'lookup-revision.ts', 'purl.ts', 'registry.ts'];

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
    expect(schemeForEcosystem('Linux')).toBeUndefined();
  });
});

it('has no two ecosystems for the packages of one image', () => {
  const claims = ecosystems.flatMap(({ extractors: read, distro }) =>
    read.flatMap((extractor) =>
      (distro === undefined || distro.isMeant !== undefined ? [] : distro.ids).map((id) => `${extractor} ${id}`),
    ),
  );
  expect(new Set(claims).size).toBe(claims.length);
  expect(new Set(ecosystems.map((ecosystem) => ecosystem.advisoryEcosystem)).size).toBe(ecosystems.length);
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
    ['dpkg', { id: 'astra', idLike: ['debian'] }],
    ['dpkg', undefined],
    ['apk', { id: 'debian' }],
    ['unknown', { id: 'debian' }],
  ])('%s in %j belongs nowhere, so that it becomes a problem', (extractor, release) => {
    expect(ecosystemFor(extractor, release)).toBeUndefined();
  });
});
