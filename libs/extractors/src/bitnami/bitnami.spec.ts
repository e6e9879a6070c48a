import { FileSelection } from '../selection';
import { extracted, namesIn } from '../spec-extraction';
import { bitnami } from './bitnami';

const redisPath = 'opt/bitnami/redis/.spdx-redis.spdx';

function spdxPackage(purl: string, more: object = {}): object {
  return {
    SPDXID: 'SPDXRef-x',
    externalRefs: [
      { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:*:a:b:1:*:*:*:*:*:*:*' },
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
    ],
    ...more,
  };
}

function spdxDocument(...packages: readonly unknown[]): string {
  return JSON.stringify({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages });
}

const redis = spdxPackage('pkg:bitnami/redis@7.4.1-0?arch=arm64&distro=debian-12', {
  licenseConcluded: 'RSALv2',
  licenseDeclared: 'NOASSERTION',
});

describe('a component of a Bitnami image', () => {
  it('is named by its package URL, and owns its directory', async () => {
    expect(await extracted(bitnami, redisPath, spdxDocument(redis))).toEqual({
      packages: [
        {
          name: 'redis',
          version: '7.4.1-0',
          licenses: ['RSALv2'],
          purlQualifiers: { arch: 'arm64', distro: 'debian-12' },
        },
      ],
      ownedFiles: [{ name: 'redis', paths: [], directories: ['opt/bitnami/redis'] }],
      problems: [],
    });
  });

  it('comes with the libraries that were compiled into it, and without what is of another ecosystem', async () => {
    const document = spdxDocument(
      spdxPackage('pkg:bitnami/postgresql@18.6.0-3?arch=amd64&distro=photon-5'),
      spdxPackage('pkg:bitnami/geos@3.14.1?arch=amd64&distro=photon-5'),
      spdxPackage('pkg:maven/org.postgresql/pljava@1.6.10'),
      { SPDXID: 'SPDXRef-without-references' },
    );
    expect(await extracted(bitnami, 'opt/bitnami/postgresql/.spdx-postgresql.spdx', document)).toMatchObject({
      packages: [
        { name: 'postgresql', version: '18.6.0-3' },
        { name: 'geos', version: '3.14.1' },
      ],
      ownedFiles: [{ name: 'postgresql', directories: ['opt/bitnami/postgresql'] }],
      problems: [],
    });
  });

  it('owns nothing where it lies beside others', async () => {
    const document = spdxDocument(spdxPackage('pkg:bitnami/render-template@1.0.7-4?arch=amd64'));
    const path = 'opt/bitnami/common/.spdx-render-template.spdx';
    expect(await extracted(bitnami, path, document)).toEqual({
      packages: [{ name: 'render-template', version: '1.0.7-4', purlQualifiers: { arch: 'amd64' } }],
      problems: [],
    });
  });

  it('may have a version that a package URL has to encode', async () => {
    const document = spdxDocument(spdxPackage('pkg:bitnami/java@17.0.12%2B10-1'));
    expect(await namesIn(bitnami, 'opt/bitnami/java/.spdx-java.spdx', document)).toEqual(['java@17.0.12+10-1']);
  });

  it.each([
    ['no JSON', '{"spdxVersion":'],
    ['the tag-value form', 'SPDXVersion: SPDX-2.3\nPackageName: redis\n'],
    ['another format', '{"bomFormat":"CycloneDX","components":[]}'],
    ['without packages', '{"spdxVersion":"SPDX-2.3"}'],
  ])('is a problem as %s', async (_what, content) => {
    expect(await namesIn(bitnami, redisPath, content)).toEqual(['bitnami-document-invalid']);
  });

  it.each([
    ['a reference without a locator', { externalRefs: [{ referenceType: 'purl' }] }],
    ['a reference that is nothing', { externalRefs: [null] }],
    ['references that are no list', { externalRefs: 'pkg:bitnami/nginx@1.29.0-0' }],
    ['no object', 'nginx'],
  ])('is a problem, beside the others, for a package with %s', async (_what, value) => {
    const names = await namesIn(bitnami, redisPath, spdxDocument(redis, value));
    expect(names).toEqual(['redis@7.4.1-0', 'bitnami-package-invalid']);
  });

  it('is a problem with a package URL that is too long for a name', async () => {
    const document = spdxDocument(redis, spdxPackage(`pkg:bitnami/${'a'.repeat(5000)}@1.0.0`));
    expect(await namesIn(bitnami, redisPath, document)).toEqual(['redis@7.4.1-0', 'bitnami-purl-invalid']);
  });

  it('is none for a package whose references are null', async () => {
    const document = spdxDocument(redis, { SPDXID: 'SPDXRef-y', externalRefs: null });
    expect(await namesIn(bitnami, redisPath, document)).toEqual(['redis@7.4.1-0']);
  });

  it.each(['pkg:bitnami/redis', 'pkg:bitnami/@1.0.0', 'pkg:bitnami/redis@%E0%A4%A', 'pkg:bitnami/a/b@1.0.0'])(
    'is a problem, beside the others, as %s',
    async (purl) => {
      const names = await namesIn(bitnami, redisPath, spdxDocument(redis, spdxPackage(purl)));
      expect(names).toEqual(['redis@7.4.1-0', 'bitnami-purl-invalid']);
    },
  );
});

it.each([
  [redisPath, 1],
  ['opt/bitnami/common/.spdx-wait-for-port.spdx', 1],
  ['opt/bitnami/redis/redis.spdx', 0],
  ['srv/.spdx-redis.spdx', 0],
])('of %s it reads %d', (path, count) => {
  expect(new FileSelection([bitnami]).of(path)).toHaveLength(count);
});
