import { identities, sbomOf } from '../spec-documents';

const creation = {
  type: 'CreationInfo',
  '@id': '_:c',
  specVersion: '3.0.1',
  created: '2024-01-01T00:00:00Z',
  createdBy: [],
};

function graph(...elements: readonly object[]): object {
  return { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [creation, ...elements] };
}

describe('SPDX 3', () => {
  it('reads packages by their purl, wherever it is, and licences over relationships', () => {
    const sbom = sbomOf(
      graph(
        { type: 'SpdxDocument', spdxId: 'urn:d', rootElement: ['urn:i'] },
        { type: 'software_Package', spdxId: 'urn:i', name: 'image', software_primaryPurpose: 'container' },
        {
          type: 'software_Package',
          spdxId: 'urn:os',
          name: 'alpine',
          software_packageVersion: '3.20.3',
          software_primaryPurpose: 'operatingSystem',
        },
        {
          type: 'software_Package',
          spdxId: 'urn:1',
          name: 'libcrypto3',
          software_packageVersion: '3.3.2-r0',
          software_packageUrl: 'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&upstream=openssl',
        },
        {
          type: 'software_Package',
          spdxId: 'urn:2',
          name: 'x',
          externalIdentifier: [
            { type: 'ExternalIdentifier', externalIdentifierType: 'packageUrl', identifier: 'pkg:npm/x@1' },
            {
              type: 'ExternalIdentifier',
              externalIdentifierType: 'cpe23',
              identifier: 'cpe:2.3:a:x:x:1:*:*:*:*:*:*:*',
            },
          ],
        },
        { type: 'Relationship', relationshipType: 'hasDeclaredLicense', from: 'urn:1', to: ['urn:l'] },
        {
          type: 'simplelicensing_LicenseExpression',
          spdxId: 'urn:l',
          simplelicensing_licenseExpression: 'Apache-2.0',
        },
      ),
    );
    expect(sbom).toMatchObject({ format: 'SPDX 3.0.1', problems: [], os: { id: 'alpine', versionId: '3.20.3' } });
    expect(identities(sbom)).toEqual([
      'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3 (openssl 3.3.2-r0)',
      'pkg:npm/x@1',
    ]);
    expect(sbom.packages[0]?.extracted.licenses).toEqual(['Apache-2.0']);
    expect(sbom.packages[1]?.extracted.cpes).toEqual(['cpe:2.3:a:x:x:1:*:*:*:*:*:*:*']);
  });

  it('tells which packages have no purl', () => {
    const { problems } = sbomOf(graph({ type: 'software_Package', spdxId: 'urn:1', name: 'nameless' }));
    expect(problems).toMatchObject([{ code: 'sbom-component-unnamed', message: expect.stringContaining('nameless') }]);
  });
});
