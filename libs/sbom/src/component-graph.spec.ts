import { sbomOf } from './spec-documents';

const program = 'pkg:golang/acme.example/app@v1';
const other = 'pkg:golang/acme.example/other@v1';
const crypto = 'pkg:golang/golang.org/x/crypto@v0.1.0';

function component(ref: string, purl?: string, more: object = {}): object {
  return {
    'bom-ref': ref,
    type: purl === undefined ? 'application' : 'library',
    name: ref,
    version: '1',
    purl,
    ...more,
  };
}

type Edges = Readonly<Record<string, readonly string[]>>;

/** Whether the module is the program's alone, by a CycloneDX document. */
function isHeld(components: readonly object[], edges: Edges, metadata: object = {}, purl = crypto): boolean {
  const dependencies = Object.entries(edges).map(([ref, dependsOn]) => ({ ref, dependsOn }));
  return held({ bomFormat: 'CycloneDX', specVersion: '1.6', metadata, components, dependencies }, purl);
}

function held(document: object, purl = crypto): boolean {
  return sbomOf(document).graph?.heldBy((each) => each === program)(new Set([purl])) ?? false;
}

const [app, another, module] = [component('app', program), component('other', other), component('crypto', crypto)];
const image = { component: component('image', undefined, { type: 'container' }) };

describe('a package is part of a program', () => {
  it('where the document is about the program', () => {
    expect(isHeld([module], {}, { component: app })).toBe(true);
    expect(isHeld([component('bash', 'pkg:deb/debian/bash@5')], {}, { component: app }, 'pkg:deb/debian/bash@5')).toBe(
      true,
    );
    expect(isHeld([module], {}, { component: another })).toBe(false);
  });

  it('where every way to it leads through the program', () => {
    const middle = component('middle', 'pkg:golang/acme.example/middle@v1');
    expect(isHeld([app, module], { app: ['crypto'] })).toBe(true);
    expect(isHeld([app, middle, module], { image: ['app'], app: ['middle'], middle: ['crypto'] }, image)).toBe(true);
    expect(
      isHeld([app, middle, module], { image: ['app', 'middle'], app: ['middle'], middle: ['crypto'] }, image),
    ).toBe(false);
    expect(isHeld([app, another, module], { app: ['crypto'], other: ['crypto'] })).toBe(false);
    expect(isHeld([app, module], { image: ['app', 'crypto'], app: ['crypto'] }, image)).toBe(false);
    expect(isHeld([component('app', program, { components: [module] })], {})).toBe(true);
  });

  it('where nothing says so it is not', () => {
    expect(isHeld([app, module], {})).toBe(false);
    expect(isHeld([app], { app: ['crypto'] })).toBe(false);
    expect(isHeld([module], { app: ['crypto'] })).toBe(false);
    expect(isHeld([app, module], { app: ['crypto'], crypto: ['app'] })).toBe(false);
    const circle = component('circle', 'pkg:golang/acme.example/circle@v1');
    expect(isHeld([app, module, circle], { circle: ['crypto'], crypto: ['circle'] })).toBe(false);
  });

  it('of which there is another one elsewhere it is not', () => {
    expect(isHeld([app, module, component('again', crypto)], { app: ['crypto'] })).toBe(false);
    const inFile = (ref: string, purl: string, location: string): object =>
      component(ref, purl, { evidence: { occurrences: [{ location }] } });
    const [holder, within] = [inFile('app', program, '/bin/app'), inFile('crypto', crypto, '/bin/app')];
    expect(isHeld([holder, within], {})).toBe(true);
    expect(isHeld([holder, within, inFile('again', crypto, '/bin/other')], {})).toBe(false);
    expect(isHeld([holder, within, component('again', crypto)], {})).toBe(false);
  });

  it('where something has it that is not in the document, or the graph is damaged, it is not', () => {
    expect(isHeld([app, module], { app: ['crypto'], elsewhere: ['crypto'] })).toBe(false);
    const dependencies = [
      { ref: 'app', dependsOn: ['crypto'] },
      { ref: 'other', dependsOn: 'crypto' },
    ];
    const components = [app, another, module];
    expect(held({ bomFormat: 'CycloneDX', specVersion: '1.6', components, dependencies })).toBe(false);
  });

  it('though it is installed by a distribution it is not: others use it as well', () => {
    const library = component('crypto', 'pkg:deb/debian/libssl3@3');
    expect(isHeld([app, library], { app: ['crypto'] }, {}, 'pkg:deb/debian/libssl3@3')).toBe(false);
  });
});

describe('a CycloneDX document as XML', () => {
  it.each([
    ['<dependency ref="app"><dependency ref="crypto"/></dependency>', true],
    ['<dependency ref="app"/><dependency ref="crypto"/>', false],
    [
      '<dependency ref="app"><dependency ref="crypto"/></dependency><dependency ref="other"><dependency ref="crypto"/></dependency>',
      false,
    ],
  ])('says %s: %s', (dependencies, expected) => {
    const xml = Object.entries({ app: program, other, crypto }).map(
      ([ref, purl]) => `<component type="library" bom-ref="${ref}"><name>${ref}</name><purl>${purl}</purl></component>`,
    );
    const document = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>${xml.join('')}</components><dependencies>${dependencies}</dependencies></bom>`;
    const graph = sbomOf(document).graph;
    expect(graph?.heldBy((each) => each === program)(new Set([crypto]))).toBe(expected);
  });
});

describe('an SPDX document', () => {
  const spdxPackage = (id: string, purl: string) => ({
    SPDXID: `SPDXRef-${id}`,
    name: id,
    versionInfo: '1',
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  });
  const isHeldBySpdx = (...relations: readonly string[]): boolean =>
    held({
      spdxVersion: 'SPDX-2.3',
      packages: [spdxPackage('app', program), spdxPackage('other', other), spdxPackage('crypto', crypto)],
      relationships: relations.map((relation) => {
        const [from = '', relationshipType = '', to = ''] = relation.split(' ');
        return { spdxElementId: `SPDXRef-${from}`, relationshipType, relatedSpdxElement: `SPDXRef-${to}` };
      }),
    });

  it.each([
    [['app DEPENDS_ON crypto'], true],
    [['app CONTAINS crypto'], true],
    [['crypto DEPENDENCY_OF app'], true],
    [['crypto CONTAINED_BY app', 'crypto RUNTIME_DEPENDENCY_OF other'], false],
    [['app DEPENDS_ON crypto', 'unknown CONTAINS crypto'], false],
    [['app DESCRIBES crypto'], false],
    [['DOCUMENT DESCRIBES app'], true],
    [['DOCUMENT DESCRIBES app', 'DOCUMENT DESCRIBES other'], false],
    [['DOCUMENT DESCRIBES other', 'other CONTAINS app', 'app DEPENDS_ON crypto'], true],
    [['DOCUMENT DESCRIBES other', 'other CONTAINS app', 'other CONTAINS crypto', 'app DEPENDS_ON crypto'], false],
  ])('says %j: %s', (relations, expected) => {
    expect(isHeldBySpdx(...relations)).toBe(expected);
  });
});
