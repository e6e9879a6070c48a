import { FileSelection } from '../selection';
import { extracted, namesIn } from '../spec-extraction';
import { wheelCrates } from './wheel-crates';

const path = 'usr/lib/python3/site-packages/cryptography-50.0.2.dist-info/sboms/cryptography-rust.cyclonedx.json';

function bom(...components: readonly unknown[]): string {
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components });
}

function library(purl: string, more: object = {}): object {
  return { type: 'library', name: 'x', version: '0', scope: 'required', purl, ...more };
}

describe('a document about what is in a wheel', () => {
  it('names crates that are compiled in, as copies', async () => {
    const document = bom(library('pkg:cargo/asn1@0.24.1'), library('pkg:cargo/openssl-src@300.5.0%2B3.5.0'));
    expect(await extracted(wheelCrates, path, document)).toEqual({
      packages: [
        { name: 'asn1', version: '0.24.1', isVendored: true },
        { name: 'openssl-src', version: '300.5.0+3.5.0', isVendored: true },
      ],
      problems: [],
    });
  });

  it('leaves out the project itself, what builds it, and what is no crate', async () => {
    const document = bom(
      library('pkg:cargo/cryptography-cffi@0.50.2?download_url=file://cryptography-cffi'),
      library('pkg:cargo/autocfg@1.3.0', { scope: 'excluded' }),
      library('pkg:rpm/almalinux/libXau@1.0.9-3.el8'),
      library('pkg:generic/openssl@4.0.3?download_url=https://example.org/openssl-4.0.3.tar.gz'),
      { type: 'library', name: 'raqm' },
    );
    expect(await namesIn(wheelCrates, path, document)).toEqual([]);
  });

  it('takes crates from repositories, and from within components', async () => {
    const inner = library('pkg:cargo/inner@1.0.0?vcs_url=git%2Bhttps://example.org/inner%40abc');
    expect(await namesIn(wheelCrates, path, bom(library('pkg:cargo/outer@2.0.0', { components: [inner] })))).toEqual([
      'outer@2.0.0',
      'inner@1.0.0',
    ]);
  });

  it.each([
    ['a crate without a version', library('pkg:cargo/a')],
    ['a component that is none', 7],
  ])('says so of %s', async (_what, component) => {
    expect(await namesIn(wheelCrates, path, bom(component, library('pkg:cargo/b@1.0.0')))).toEqual([
      'b@1.0.0',
      'wheel-component-invalid',
    ]);
  });

  it('says so where components are nested without end', async () => {
    const depth = 200;
    const nested = '{"components":['.repeat(depth) + ']}'.repeat(depth);
    expect(await namesIn(wheelCrates, path, `{"bomFormat":"CycloneDX","components":[${nested}]}`)).toEqual([
      'wheel-component-invalid',
    ]);
  });

  it.each(['', '[]', '{"spdxVersion":"SPDX-2.3","packages":[]}', '{"bomFormat":"CycloneDX"'])(
    'that is %j is a problem',
    async (content) => {
      expect(await namesIn(wheelCrates, path, content)).toEqual(['wheel-sbom-unreadable']);
    },
  );

  it('is none elsewhere', async () => {
    expect(new FileSelection([wheelCrates]).of(path)).toHaveLength(1);
    expect(await namesIn(wheelCrates, 'srv/sboms/app.json', '{}')).toEqual([]);
  });
});
