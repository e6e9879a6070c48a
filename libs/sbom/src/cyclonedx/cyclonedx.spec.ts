import { cyclonedxFaults } from '@tidewaiter/testing';
import { identities, sbomOf } from '../spec-documents';

const libssl = 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12';

/** What all versions have in common. */
function bom(specVersion: string, components: readonly object[], more: object = {}): object {
  const document = { bomFormat: 'CycloneDX', specVersion, version: 1, components, ...more };
  // The strict schemas of the first versions want it.
  return specVersion < '1.3'
    ? { $schema: `http://cyclonedx.org/schema/bom-${specVersion}b.schema.json`, ...document }
    : document;
}

function library(name: string, version: string, more: object = {}): object {
  return { type: 'library', name, version, ...more };
}

const debianOs = { type: 'operating-system', name: 'debian', version: '12' };

describe('CycloneDX as JSON', () => {
  it.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])('%s', (version) => {
    const document = bom(version, [
      debianOs,
      library('libssl3', '3.0.11-1~deb12u2', {
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64',
        licenses: [{ license: { id: 'Apache-2.0' } }],
        cpe: 'cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*',
      }),
      library('app', '1', {
        components: [library('name', '1.0.0', { group: '@scope', purl: 'pkg:npm/%40scope/name@1.0.0' })],
        purl: 'pkg:npm/app@1.0.0',
      }),
    ]);
    expect(cyclonedxFaults(version, document)).toEqual([]);
    const sbom = sbomOf(document);
    expect(sbom).toMatchObject({ format: `CycloneDX ${version}`, os: { id: 'debian', versionId: '12' }, problems: [] });
    expect(identities(sbom)).toEqual([
      `${libssl} (libssl3 3.0.11-1~deb12u2)`,
      'pkg:npm/app@1.0.0',
      'pkg:npm/%40scope/name@1.0.0',
    ]);
    expect(sbom.packages[0]?.extracted).toMatchObject({
      licenses: ['Apache-2.0'],
      cpes: ['cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*'],
    });
  });

  it('reads what Syft writes: upstream in the purl, places as properties, the distribution as a component', () => {
    const sbom = sbomOf(
      bom('1.7', [
        library('libstdc++6', '12.2.0-14+deb12u1', {
          purl: 'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14',
          properties: [{ name: 'syft:location:0:path', value: '/var/lib/dpkg/status' }],
        }),
        {
          type: 'operating-system',
          name: 'debian',
          version: '12',
          properties: [{ name: 'syft:distro:versionCodename', value: 'bookworm' }],
        },
        { type: 'file', name: '/var/lib/dpkg/status' },
      ]),
    );
    expect(identities(sbom)).toEqual([
      'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12 (gcc-12 12.2.0-14)',
    ]);
    expect(sbom.packages[0]?.locations).toEqual(['var/lib/dpkg/status']);
    expect(sbom.os).toEqual({ id: 'debian', versionId: '12', versionCodename: 'bookworm' });
    expect(sbom.problems).toEqual([]);
  });

  it('reads what Trivy writes: source and epoch as properties and qualifiers, lock files as applications', () => {
    const sbom = sbomOf(
      bom('1.6', [
        { type: 'operating-system', name: 'debian', version: '12.5' },
        {
          type: 'application',
          name: 'app/package-lock.json',
          properties: [{ name: 'aquasecurity:trivy:Class', value: 'lang-pkgs' }],
        },
        library('attr', '2.5.1-4', {
          purl: 'pkg:deb/debian/attr@2.5.1-4?arch=amd64&distro=debian-12.5&epoch=1',
          properties: [
            { name: 'aquasecurity:trivy:SrcName', value: 'attr' },
            { name: 'aquasecurity:trivy:SrcVersion', value: '2.5.1' },
            { name: 'aquasecurity:trivy:SrcRelease', value: '4' },
            { name: 'aquasecurity:trivy:SrcEpoch', value: '1' },
          ],
        }),
        library('lodash', '4.17.15', {
          purl: 'pkg:npm/lodash@4.17.15',
          properties: [{ name: 'aquasecurity:trivy:FilePath', value: 'app/node_modules/lodash/package.json' }],
        }),
      ]),
    );
    expect(identities(sbom)).toEqual([
      'pkg:deb/debian/attr@1:2.5.1-4?arch=amd64&distro=debian-12 (attr 1:2.5.1-4)',
      'pkg:npm/lodash@4.17.15',
    ]);
    expect(sbom.packages[1]?.locations).toEqual(['app/node_modules/lodash/package.json']);
    expect(sbom.problems).toEqual([]);
  });

  it('does not count what the document is about: an application of its own may be named like somebody’s package', () => {
    const component = { type: 'application', name: 'app', version: '1', purl: 'pkg:npm/app@1' };
    expect(sbomOf(bom('1.6', [], { metadata: { component } })).packages).toEqual([]);
  });

  it('keeps the rest when a component is not as it should be', () => {
    const sbom = sbomOf(bom('1.6', [{ type: 'library' }, library('x', '1', { purl: 'pkg:npm/x@1', licenses: 'MIT' })]));
    expect(identities(sbom)).toEqual(['pkg:npm/x@1']);
    expect(sbom.problems).toMatchObject([{ code: 'sbom-component-invalid' }]);
  });
});

describe('CycloneDX as XML', () => {
  it.each(['1.2', '1.4', '1.6', '1.7'])('%s', (version) => {
    const sbom = sbomOf(`<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/${version}" version="1">
  <metadata><component type="container"><name>image</name></component></metadata>
  <components>
    <component type="operating-system"><name>debian</name><version>12</version></component>
    <component type="library">
      <name>libssl3</name><version>3.0.11-1~deb12u2</version>
      <licenses><license><id>Apache-2.0</id></license><license><name>of its own</name></license></licenses>
      <purl>pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&amp;upstream=openssl</purl>
      <components>
        <component type="library"><name>x</name><version>1</version><purl>pkg:npm/x@1</purl></component>
      </components>
      <properties><property name="syft:location:0:path">/var/lib/dpkg/status</property></properties>
    </component>
  </components>
</bom>`);
    expect(sbom).toMatchObject({ format: `CycloneDX ${version}`, problems: [] });
    expect(identities(sbom)).toEqual([`${libssl} (openssl 3.0.11-1~deb12u2)`, 'pkg:npm/x@1']);
    expect(sbom.packages[0]).toMatchObject({
      locations: ['var/lib/dpkg/status'],
      extracted: { licenses: ['Apache-2.0', 'of its own'] },
    });
  });
});
