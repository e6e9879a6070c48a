import { identities, sbomOf } from '../spec-documents';
import { isTagValue } from './tag-value';

function spdxDocument(packages: readonly object[], more: object = {}): object {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'x',
    documentNamespace: 'https://spdx.org/spdxdocs/x',
    creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: x'] },
    packages,
    ...more,
  };
}

function purl(locator: string): object {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator };
}

describe('SPDX 2.3 as JSON', () => {
  it('reads packages with purl, licence, CPEs and source', () => {
    const sbom = sbomOf(
      spdxDocument(
        [
          {
            SPDXID: 'SPDXRef-1',
            name: 'libssl3',
            versionInfo: '3.0.2-0ubuntu1.10',
            licenseDeclared: 'LicenseRef-1',
            sourceInfo: 'built package from: openssl 3.0.2-0ubuntu1.10',
            externalRefs: [
              purl('pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?arch=amd64&distro=ubuntu-22.04'),
              {
                referenceCategory: 'SECURITY',
                referenceType: 'cpe23Type',
                referenceLocator: 'cpe:2.3:a:o:o:3:*:*:*:*:*:*:*',
              },
            ],
          },
        ],
        { hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1', extractedText: 'as it says' }] },
      ),
    );
    expect(sbom).toMatchObject({ format: 'SPDX 2.3', problems: [], os: { id: 'ubuntu', versionId: '22.04' } });
    expect(identities(sbom)).toEqual([
      'pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?arch=amd64&distro=ubuntu-22.04 (openssl 3.0.2-0ubuntu1.10)',
    ]);
    expect(sbom.packages[0]?.extracted).toMatchObject({
      licenses: ['as it says'],
      cpes: ['cpe:2.3:a:o:o:3:*:*:*:*:*:*:*'],
    });
  });

  it('knows by Syft which packages of languages a package of the distribution brought', () => {
    const pkg = (id: string, locator: string) => ({ SPDXID: id, name: id, externalRefs: [purl(locator)] });
    const deb = 'pkg:deb/debian/python3-certifi@2022.9.24-1?arch=all&distro=debian-12';
    const claim = (spdxElementId: string, relatedSpdxElement: string, comment?: string) => ({
      ...{ spdxElementId, relatedSpdxElement, relationshipType: 'OTHER', comment },
    });
    const overlap = 'ownership-by-file-overlap: indicates that the parent package claims ownership of a child package';
    const sbom = sbomOf(
      spdxDocument(
        [
          pkg('certifi', 'pkg:pypi/certifi@2022.9.24'),
          pkg('deb', deb),
          pkg('idna', 'pkg:pypi/idna@3.3'),
          pkg('jar', 'pkg:maven/a/b@1'),
        ],
        {
          relationships: [
            claim('deb', 'certifi', overlap),
            // A wheel lists files as well, and so does a package that is not there.
            claim('idna', 'certifi', overlap),
            claim('idna', 'jar', overlap),
            claim('gone', 'idna', overlap),
            claim('deb', 'idna', "evident-by: indicates the package's existence is evident by the given file"),
            claim('deb', 'jar'),
          ],
        },
      ),
    );
    expect(sbom.packages.map(({ purl, ownedBy }) => [purl, ownedBy])).toEqual([
      ['pkg:pypi/certifi@2022.9.24', deb],
      [deb, undefined],
      ['pkg:pypi/idna@3.3', undefined],
      ['pkg:maven/a/b@1', undefined],
    ]);
  });

  it.each(['OPERATING-SYSTEM', 'OPERATING_SYSTEM'])('knows the operating system by its purpose, %s', (purpose) => {
    const sbom = sbomOf(
      spdxDocument([
        { name: 'alpine', versionInfo: '3.20.3', primaryPackagePurpose: purpose },
        { name: 'musl', versionInfo: '1.2.5-r0', externalRefs: [purl('pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64')] },
      ]),
    );
    expect(identities(sbom)).toEqual(['pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3 (musl 1.2.5-r0)']);
  });

  it('leaves out the image that the document is about, and containers of packages', () => {
    const sbom = sbomOf(
      spdxDocument(
        [
          { SPDXID: 'SPDXRef-root', name: 'directory' },
          { name: 'image', primaryPackagePurpose: 'CONTAINER', externalRefs: [purl('pkg:oci/image@sha256:00')] },
          {
            name: 'package-lock.json',
            primaryPackagePurpose: 'APPLICATION',
            annotations: [{ comment: 'Class: lang-pkgs' }],
          },
          { name: 'x', versionInfo: '1', externalRefs: [purl('pkg:npm/x@1')] },
        ],
        {
          relationships: [
            { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-root' },
          ],
        },
      ),
    );
    expect(identities(sbom)).toEqual(['pkg:npm/x@1']);
    expect(sbom.problems).toEqual([]);
  });
});

describe('SPDX 2.3 as tag-value', () => {
  it('reads packages, values over several lines, annotations and licences in words', () => {
    const sbom = sbomOf(`# made by hand
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: x
DocumentNamespace: https://spdx.org/spdxdocs/x
Creator: Tool: x
Created: 2024-01-01T00:00:00Z

PackageName: libssl3
SPDXID: SPDXRef-1
PackageVersion: 3.0.11-1~deb12u2
PackageComment: <text>PackageName: not one
PackageVersion: not one</text>
PackageSourceInfo: <text>built package from: openssl 3.0.11-1~deb12u2</text>
PackageLicenseDeclared: LicenseRef-1
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12

FileName: ./x
SPDXID: SPDXRef-2

PackageName: name
SPDXID: SPDXRef-3
ExternalRef: PACKAGE-MANAGER purl pkg:npm/%40scope/name@1.0.0

Relationship: SPDXRef-1 OTHER SPDXRef-3
RelationshipComment: <text>ownership-by-file-overlap: indicates that the parent
package claims ownership</text>

Annotator: Tool: x
AnnotationDate: 2024-01-01T00:00:00Z
AnnotationComment: location: app/package.json
AnnotationType: OTHER
SPDXREF: SPDXRef-3

LicenseID: LicenseRef-1
ExtractedText: <text>line one
line two</text>
`);
    expect(sbom).toMatchObject({ format: 'SPDX 2.3', problems: [] });
    expect(identities(sbom)).toEqual([
      'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12 (openssl 3.0.11-1~deb12u2)',
      'pkg:npm/%40scope/name@1.0.0',
    ]);
    expect(sbom.packages[0]?.extracted.licenses).toEqual(['line one\nline two']);
    expect(sbom.packages[1]).toMatchObject({
      locations: ['app/package.json'],
      ownedBy: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
    });
  });

  it.each([
    ['empty lines', '\n'.repeat(100_000)],
    ['comments', '#\n \n'.repeat(50_000)],
    ['blanks', ' \t'.repeat(50_000)],
  ])('is none where there are only %s, which is seen at once', (_what, text) => {
    expect(isTagValue(text)).toBe(false);
    expect(isTagValue(`${text}\nSPDXVersion: SPDX-2.3\n`)).toBe(true);
  });

  it('ends where a text never does, and says so: packages may have come after it', () => {
    const first =
      'SPDXVersion: SPDX-2.3\nPackageName: one\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl pkg:npm/one@1\n';
    const second = first.replace(/^.*\n/, '').replaceAll('one', 'two');
    const whole = sbomOf(`${first}PackageComment: <text>ends</text>\n${second}`);
    expect([identities(whole), whole.problems]).toEqual([['pkg:npm/one@1', 'pkg:npm/two@1'], []]);
    const cut = sbomOf(`${first}PackageComment: <text>never ends\n${second}`);
    expect([identities(cut), cut.problems.map(({ code }) => code)]).toEqual([['pkg:npm/one@1'], ['sbom-cut-off']]);
  });
});
