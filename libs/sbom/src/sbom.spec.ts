import { gzipSync } from 'node:zlib';
import { readSbom, sbomLimits } from './sbom';
import { identities, sbomOf } from './spec-documents';

const component = { type: 'library', name: 'x', version: '1', purl: 'pkg:npm/x@1' };
const document = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [component] };

function faultOf(bytes: Uint8Array, limits = sbomLimits): string {
  const sbom = readSbom(bytes, limits);
  return sbom.ok ? 'none' : sbom.error.code;
}

function bomOf(...purls: readonly string[]): object {
  return { ...document, components: purls.map((purl) => ({ type: 'library', name: purl, purl })) };
}

describe('readSbom recognises a document by its content', () => {
  const text = JSON.stringify(document);
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://cyclonedx.org/bom',
    predicate: document,
  };
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [],
  };

  it.each([
    ['plain', Buffer.from(text)],
    ['after blanks and a byte order mark', Buffer.from(`\ufeff\n ${text}`)],
    ['gzipped', gzipSync(text)],
    ['in UTF-16, as a Windows shell writes it', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['an in-toto statement', Buffer.from(JSON.stringify(statement))],
    ['in a signed envelope', Buffer.from(JSON.stringify(envelope))],
    ['in a Sigstore bundle', Buffer.from(JSON.stringify({ dsseEnvelope: envelope }))],
    ['as early cosign wraps it', Buffer.from(JSON.stringify({ ...statement, predicate: { Data: text } }))],
  ])('%s', (_how, bytes) => {
    const sbom = readSbom(bytes);
    expect(sbom.ok && identities(sbom.value)).toEqual(['pkg:npm/x@1']);
  });

  it.each([
    ['nothing', '', 'sbom-unrecognised'],
    ['other text', 'hello', 'sbom-unrecognised'],
    ['other JSON', '{"name": "x"}', 'sbom-unrecognised'],
    ['other XML', '<project/>', 'sbom-unrecognised'],
    ['half a JSON', text.slice(0, 50), 'sbom-invalid'],
    ['half an XML', '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>', 'sbom-invalid'],
    ['an SPDX of another time', 'SPDXVersion: SPDX-1.2\n', 'sbom-unrecognised'],
    ['an envelope of nonsense', JSON.stringify({ ...envelope, payload: 'AAAA' }), 'sbom-invalid'],
  ])('%s is none', (_what, content, code) => {
    expect(faultOf(Buffer.from(content))).toBe(code);
  });

  it('ends where a statement holds a statement holds a statement', () => {
    let value: object = document;
    for (let depth = 0; depth < 10; depth++) value = { ...statement, predicate: value };
    expect(faultOf(Buffer.from(JSON.stringify(value)))).toBe('sbom-unrecognised');
  });
});

describe('a document of a version that came later', () => {
  const pkg = { SPDXID: 'SPDXRef-x', name: 'x', versionInfo: '1' };
  const purl = { referenceType: 'purl', referenceLocator: 'pkg:npm/x@1' };
  const xml = (version: string): string =>
    `<bom xmlns="http://cyclonedx.org/schema/bom/${version}"><components><component type="library"><name>x</name><version>1</version><purl>pkg:npm/x@1</purl></component></components></bom>`;
  const graph = (context: string, ...more: readonly object[]): object => ({
    '@context': `https://spdx.org/rdf/${context}/spdx-context.jsonld`,
    '@graph': [{ type: 'software_Package', name: 'x', software_packageUrl: 'pkg:npm/x@1' }, ...more],
  });

  it.each([
    ['CycloneDX 1.8', { ...document, specVersion: '1.8' }],
    ['CycloneDX 2.0', { ...document, specVersion: '2.0' }],
    ['CycloneDX 1.10', xml('1.10')],
    ['SPDX 2.4', { spdxVersion: 'SPDX-2.4', packages: [{ ...pkg, externalRefs: [purl] }] }],
    ['SPDX 2.4', 'SPDXVersion: SPDX-2.4\nPackageName: x\nExternalRef: PACKAGE-MANAGER purl pkg:npm/x@1\n'],
    ['SPDX 3.1.0', graph('3.0.1', { type: 'CreationInfo', specVersion: '3.1.0' })],
    ['SPDX 3.1', graph('3.1')],
  ])('is read, and said to be %s', (format, later) => {
    const sbom = sbomOf(later);
    expect(sbom.format).toBe(format);
    expect(identities(sbom)).toEqual(['pkg:npm/x@1']);
    expect(sbom.problems.map(({ code }) => code)).toEqual(['sbom-version-unknown']);
    expect(sbom.problems[0]?.message).toContain(format);
  });

  it.each([
    ['CycloneDX 1.1', xml('1.1')],
    ['SPDX 2.2', { spdxVersion: 'SPDX-2.2', packages: [] }],
    ['SPDX 3.0.0', graph('3.0.0')],
  ])('is not %s', (format, known) => {
    expect(sbomOf(known)).toMatchObject({ format, problems: [] });
  });
});

describe('readSbom is bounded', () => {
  it('by bytes, before and after inflating', () => {
    const small = { ...sbomLimits, documentBytes: 1000 };
    const large = Buffer.from(JSON.stringify({ ...document, padding: ' '.repeat(2000) }));
    expect(faultOf(large, small)).toBe('sbom-too-large');
    expect(gzipSync(large).length).toBeLessThan(1000);
    expect(faultOf(gzipSync(large), small)).toBe('sbom-too-large');
    expect(faultOf(gzipSync(large).subarray(0, 50))).toBe('sbom-invalid');
  });

  it('by components, and says so', () => {
    const sbom = readSbom(Buffer.from(JSON.stringify(bomOf('pkg:npm/a@1', 'pkg:npm/b@1', 'pkg:npm/c@1'))), {
      ...sbomLimits,
      components: 2,
    });
    expect(sbom.ok && sbom.value.packages).toHaveLength(2);
    expect(sbom.ok && sbom.value.problems).toMatchObject([{ code: 'sbom-too-many-components' }]);
  });

  it('by depth, and says so', () => {
    let nested: object = component;
    for (let depth = 0; depth < 100; depth++) nested = { ...component, components: [nested] };
    const sbom = sbomOf({ ...document, components: [nested] });
    expect(sbom.packages).toHaveLength(sbomLimits.depth);
    expect(sbom.problems).toMatchObject([{ code: 'sbom-too-deep' }]);
  });

  it('by the depth of the text: a hundred thousand brackets end in time', () => {
    expect(faultOf(Buffer.from(`{"a":${'['.repeat(100_000)}`))).toBe('sbom-invalid');
    expect(faultOf(Buffer.from('<bom xmlns="http://cyclonedx.org/schema/bom/1.6">'.repeat(10_000)))).toBe(
      'sbom-too-large',
    );
  });

  it('expands no entities of XML', () => {
    const bomb = `<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library">
<name>&b;</name><version>1</version><purl>pkg:npm/x@1</purl></component></components></bom>`;
    expect(sbomOf(bomb).packages).toHaveLength(1);
  });
});

describe('a name of thousands of characters', () => {
  it('is none, and no message repeats it', () => {
    const long = 'x'.repeat(5000);
    const components = [
      { type: 'library', name: long, version: '1', purl: 'pkg:npm/a@1' },
      { type: 'library', name: 'x'.repeat(1000) },
    ];
    const { packages, problems } = sbomOf({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    expect(packages).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['sbom-component-invalid', 'sbom-component-unnamed']);
    for (const { message } of problems) expect(message.length).toBeLessThan(500);
  });
});

describe('what a document of ours says is missing', () => {
  it('is missing still; which advisories there were is another matter', () => {
    const properties = ['file-invalid: it is no JSON', 'ecosystem-not-covered: no advisories about "npm"', 'words'].map(
      (value) => ({ name: 'tidewaiter:problem', value }),
    );
    const document = { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { properties } };
    expect(sbomOf(document).problems).toEqual([{ code: 'file-invalid', message: 'it is no JSON' }]);
  });
});

describe('packages of a document', () => {
  it.each([
    ['CycloneDX', (list: unknown) => ({ bomFormat: 'CycloneDX', specVersion: '1.5', components: list })],
    ['SPDX 2.3', (list: unknown) => ({ spdxVersion: 'SPDX-2.3', packages: list })],
    ['SPDX 3', (list: unknown) => ({ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': list })],
  ])('are missed where %s has something else in place of their list', (_format, documentOf) => {
    for (const list of [{ a: { name: 'a' } }, 'a', 7]) {
      const { packages, problems } = sbomOf(documentOf(list));
      expect([packages, problems.map(({ code }) => code)]).toEqual([[], ['sbom-component-invalid']]);
    }
    expect(sbomOf(documentOf(null)).problems).toEqual([]);
  });

  it('are missed where those inside a component are no list', () => {
    const outer = { type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1', components: { b: {} } };
    const { packages, problems } = sbomOf({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [outer] });
    expect([packages.length, problems.map(({ code }) => code)]).toEqual([1, ['sbom-component-invalid']]);
  });

  it('without a purl cannot be named: they are counted, with their names', () => {
    const nameless = [1, 2, 3, 4, 5, 6].map((n) => ({ type: 'library', name: `lib${n}`, version: '1' }));
    expect(
      sbomOf({ ...document, components: [...nameless, { type: 'library', name: 'x', purl: 'nonsense' }] }).problems,
    ).toEqual([
      {
        code: 'sbom-component-unnamed',
        message:
          '7 components have no package URL, so nobody can tell which packages they are: lib1, lib2, lib3, lib4, lib5, ....',
      },
    ]);
  });

  // Syft writes UNKNOWN for a package.json without a version.
  it.each(['pkg:npm/x', 'pkg:npm/x@', 'pkg:npm/x@UNKNOWN', 'pkg:npm/x@NOASSERTION'])(
    'without a version are told of: %s',
    (purl) => {
      const { packages, problems } = sbomOf(bomOf(purl));
      expect([packages, problems]).toMatchObject([[], [{ code: 'sbom-component-unversioned' }]]);
    },
  );

  it.each(['pkg:deb/debian/bash@5', 'pkg:apk/alpine/bash@5'])(
    'trap 47: a scanner reads an SBOM without a distribution; %s has no release and says so',
    (purl) => {
      const sbom = sbomOf(bomOf(purl));
      expect(sbom.problems).toMatchObject([{ code: 'sbom-distro-missing', message: expect.stringContaining('bash') }]);
      const [found] = sbom.packages;
      // All releases are looked up, and what they say is undetermined.
      expect(found?.ecosystem?.identify(found.extracted, found.release).ecosystem).not.toContain(':');
    },
  );

  it('trap 13: the epoch is left out of the version in SBOMs; the qualifier counts', () => {
    expect(sbomOf(bomOf('pkg:deb/debian/attr@2.5.1-4?epoch=1&distro=debian-12')).packages[0]?.extracted.version).toBe(
      '1:2.5.1-4',
    );
    expect(sbomOf(bomOf('pkg:deb/debian/attr@1:2.5.1-4?epoch=1&distro=debian-12')).packages[0]?.extracted.version).toBe(
      '1:2.5.1-4',
    );
  });

  it('reads the source of an rpm from the name of its source package; the epoch is borrowed for the same version only', () => {
    const rpm = (name: string, source: string): string =>
      `pkg:rpm/rhel/${name}?arch=x86_64&distro=rhel-9.3&upstream=${source}.src.rpm`;
    const { packages } = sbomOf(
      bomOf(
        rpm('bind-libs@9.16.23-14.el9', 'bind-9.16.23-14.el9') + '&epoch=32',
        rpm('x@1-1', 'perl-5.32.1-480.el9') + '&epoch=4',
      ),
    );
    expect(packages.map(({ ecosystem, extracted, release }) => ecosystem?.identify(extracted, release))).toMatchObject([
      { version: '32:9.16.23-14.el9', source: { name: 'bind', version: '32:9.16.23-14.el9' } },
      { version: '4:1-1', source: { name: 'perl', version: '5.32.1-480.el9' } },
    ]);
  });

  it('reads the module stream of an rpm', () => {
    const purl = 'pkg:rpm/rhel/nodejs@18.1-1.el8?distro=rhel-8.9&rpmmod=nodejs:18:8090020231019152822:a75119d5';
    expect(sbomOf(bomOf(purl)).packages[0]?.extracted.module).toBe('nodejs:18');
  });

  it('keep the distribution that their purl states, where the document is about another', () => {
    const os = { type: 'operating-system', name: 'debian', version: '12' };
    const bom = bomOf('pkg:deb/ubuntu/bash@5?distro=ubuntu-22.04', 'pkg:deb/debian/bash@5') as { components: object[] };
    expect(identities(sbomOf({ ...bom, components: [os, ...bom.components] }))).toEqual([
      'pkg:deb/ubuntu/bash@5?distro=ubuntu-22.04 (bash 5)',
      'pkg:deb/debian/bash@5?distro=debian-12 (bash 5)',
    ]);
  });

  it('have the case of the component’s name where the purl has lost it', () => {
    const purl = 'pkg:golang/github.com/masterminds/sprig@v2.22.0';
    const components = [
      { type: 'library', name: 'github.com/Masterminds/sprig', purl },
      { type: 'library', group: 'github.com/Masterminds', name: 'sprig', purl },
      { type: 'library', name: 'something else', purl },
    ];
    expect(sbomOf({ ...document, components }).packages.map(({ extracted }) => extracted.name)).toEqual([
      'github.com/Masterminds/sprig',
      'github.com/Masterminds/sprig',
      'github.com/masterminds/sprig',
    ]);
  });

  it('keep whose they are beside the name', () => {
    const bom = bomOf('pkg:cpan/DROLSKY/DateTime@1.55', 'pkg:conan/openssl.org/openssl@3.0.3', 'pkg:conan/zlib@1');
    expect(sbomOf(bom).packages.map(({ extracted }) => extracted)).toEqual([
      { name: 'DateTime', version: '1.55', purlNamespace: 'DROLSKY' },
      { name: 'openssl', version: '3.0.3', purlNamespace: 'openssl.org' },
      { name: 'zlib', version: '1' },
    ]);
  });

  it('have the names that advisories use', () => {
    const names = (...purls: readonly string[]): readonly string[] =>
      sbomOf(bomOf(...purls)).packages.map(({ extracted }) => extracted.name);
    expect(
      names(
        'pkg:npm/%40scope/name@1',
        'pkg:golang/github.com/gorilla/mux@v1.8.0',
        'pkg:maven/org.apache.commons/commons-io@1',
        'pkg:composer/laravel/laravel@1',
        'pkg:cpan/DROLSKY/DateTime@1.55',
      ),
    ).toEqual([
      '@scope/name',
      'github.com/gorilla/mux',
      'org.apache.commons:commons-io',
      'laravel/laravel',
      'DateTime',
    ]);
  });
});
