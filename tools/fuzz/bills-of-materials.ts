import { gzipSync } from 'node:zlib';
import type { Seed } from './seeds';

const purl = 'pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12';

/** Bills of materials, which are no files of an image. */
export const billsOfMaterials: readonly Seed[] = [
  { path: 'bom.json', bytes: Buffer.from(cyclonedxJson()) },
  { path: 'bom.json.gz', bytes: gzipSync(cyclonedxJson()) },
  { path: 'bom.xml', bytes: Buffer.from(cyclonedxXml()) },
  { path: 'spdx.json', bytes: Buffer.from(spdxJson()) },
  { path: 'spdx-3.json', bytes: Buffer.from(spdx3()) },
  { path: 'spdx.spdx', bytes: Buffer.from(spdxTagValue()) },
];

function cyclonedxJson(): string {
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'container', name: 'x', 'bom-ref': 'x' } },
    components: [
      { type: 'operating-system', name: 'debian', version: '12' },
      {
        type: 'library',
        name: 'bash',
        version: '5.2',
        purl,
        licenses: [{ license: { id: 'MIT' } }],
        components: [{ type: 'library', name: 'a', purl: 'pkg:npm/a@1' }],
      },
    ],
    compositions: [{ aggregate: 'incomplete', assemblies: ['x'] }],
  });
}

function cyclonedxXml(): string {
  return `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><component type="container" bom-ref="x"><name>x</name></component></metadata><components><component type="library"><name>bash</name><version>5.2</version><purl>${purl.replace('&', '&amp;')}</purl></component></components></bom>`;
}

function spdxJson(): string {
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'x',
    packages: [
      {
        SPDXID: 'SPDXRef-a',
        name: 'bash',
        versionInfo: '5.2',
        licenseDeclared: 'LicenseRef-1',
        externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
        annotations: [{ comment: 'ecosystem: Debian:12' }],
      },
    ],
    hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1', extractedText: 'words' }],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-a' },
    ],
  });
}

function spdx3(): string {
  return JSON.stringify({
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      { type: 'CreationInfo', '@id': '_:c', specVersion: '3.0.1' },
      {
        type: 'software_Package',
        spdxId: 'urn:a',
        name: 'bash',
        software_packageVersion: '5.2',
        software_packageUrl: purl,
      },
    ],
  });
}

function spdxTagValue(): string {
  return `SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: x\n\nPackageName: bash\nSPDXID: SPDXRef-a\nPackageVersion: 5.2\nPackageLicenseDeclared: MIT\nPackageComment: <text>two\nlines</text>\nExternalRef: PACKAGE-MANAGER purl ${purl}\n`;
}
