import { documentFaults } from '@tidewaiter/testing';
import { empty, inventory, judged, read, tool } from '../spec-subjects';
import { spdx } from './spdx';

interface Package {
  SPDXID: string;
  name: string;
  licenseDeclared: string;
  externalRefs?: { referenceType: string; referenceLocator: string; comment?: string }[];
  annotations?: { comment: string; annotationDate: string }[];
  sourceInfo?: string;
}

interface Document {
  documentNamespace: string;
  comment?: string;
  creationInfo: { created: string; creators: string[] };
  annotations: { comment: string }[];
  packages: Package[];
  hasExtractedLicensingInfos: { licenseId: string; extractedText: string }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}

function documentOf(subject = judged): Document {
  return spdx.document([subject], { tool }) as Document;
}

/** The form of dates and ids in the official schema, https://github.com/spdx/spdx-spec (schemas/spdx-schema.json). */
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const id = /^SPDXRef-[A-Za-z0-9.-]+$/;

describe('spdx', () => {
  it.each([
    ['an inventory', read],
    ['a scan', judged],
    ['an empty root file system', empty],
  ])('%s keeps the rules about ids, dates and references', (_what, subject) => {
    const document = documentOf(subject);
    expect(documentFaults('spdx', JSON.parse(JSON.stringify(document)))).toEqual([]);
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    for (const one of ids) expect(one).toMatch(id);
    expect(document.creationInfo.created).toMatch(date);
    for (const { annotationDate } of document.packages.flatMap(({ annotations = [] }) => annotations)) {
      expect(annotationDate).toMatch(date);
    }
    for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
      expect([...ids, 'SPDXRef-DOCUMENT']).toContain(spdxElementId);
      expect(ids).toContain(relatedSpdxElement);
    }
    const licenses = document.packages.map(({ licenseDeclared }) => licenseDeclared).join(' ');
    const defined = document.hasExtractedLicensingInfos.map(({ licenseId }) => licenseId);
    expect([...new Set(licenses.match(/LicenseRef-[0-9a-f]+/g))]).toEqual(defined);
  });

  it('describes the image, which contains everything else', () => {
    const { packages, relationships } = documentOf(read);
    const [image, os, ...parts] = packages;
    expect(image).toMatchObject({
      name: 'registry.example/team/app:1.0',
      primaryPackagePurpose: 'CONTAINER',
      checksums: [{ algorithm: 'SHA256', checksumValue: '1'.repeat(64) }],
    });
    expect(os).toMatchObject({ name: 'debian', versionInfo: '12', primaryPackagePurpose: 'OPERATING_SYSTEM' });
    expect(relationships.filter(({ spdxElementId }) => spdxElementId === image?.SPDXID)).toHaveLength(4);
    expect(relationships).toContainEqual({
      spdxElementId: parts[0]?.SPDXID,
      relationshipType: 'CONTAINS',
      relatedSpdxElement: parts[2]?.SPDXID,
    });
  });

  it('says of a package where it comes from and under which licence', () => {
    const [, , libssl, scoped] = documentOf(read).packages;
    expect(libssl).toMatchObject({
      versionInfo: '3.0.11-1~deb12u2',
      licenseDeclared: 'Apache-2.0',
      sourceInfo: 'built package from: openssl 3.0.11-1~deb12u2',
    });
    expect(libssl?.externalRefs?.map(({ referenceType }) => referenceType)).toEqual(['purl', 'cpe23Type']);
    expect(scoped?.licenseDeclared).toMatch(/^\(MIT OR Apache-2\.0\) AND LicenseRef-[0-9a-f]{16}$/);
    expect(scoped?.annotations?.map(({ comment }) => comment)).toEqual([
      'ecosystem: npm',
      'location: app/node_modules/@scope/name/package.json',
      'location: app/über uns/package.json',
      'layerIndex: 1',
      `layerDigest: sha256:${'c'.repeat(64)}`,
      `layerDiffId: sha256:${'d'.repeat(64)}`,
      'layerCreatedBy: RUN npm ci',
    ]);
  });

  it('points from a package to what is wrong with it', () => {
    const [, , libssl, scoped] = documentOf().packages;
    expect(libssl?.externalRefs).toContainEqual({
      referenceCategory: 'SECURITY',
      referenceType: 'advisory',
      referenceLocator: 'https://nvd.nist.gov/vuln/detail/CVE-2023-5363',
      comment:
        'CVE-2023-5363: affected, severity high. Update libssl3 to a build of openssl 3.0.13-1~deb12u1 or later. ' +
        'Judged: openssl 3.0.11-1~deb12u2 (source) of Debian:12 in >= 0, < 3.0.13-1~deb12u1, order dpkg.',
    });
    expect(scoped?.externalRefs?.[1]?.comment).toContain('undetermined');
  });

  it('says that a reading was partial', () => {
    expect(documentOf().comment).toMatch(/^Incomplete/);
    expect(documentOf(read).annotations.map(({ comment }) => comment)).toEqual([
      `problem: ${inventory.problems[0]?.code}: ${inventory.problems[0]?.message} (app/package.json)`,
    ]);
    expect(documentOf(empty).comment).toBeUndefined();
  });
});
