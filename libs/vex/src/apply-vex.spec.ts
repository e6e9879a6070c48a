import type { VexProduct, VexStatus } from '@tidewaiter/contracts';
import { VexStatements, type SourcedStatement } from './apply-vex';

const crypto = 'pkg:golang/golang.org/x/crypto@v0.1.0';
const program = 'pkg:golang/github.com/acme/app@v1';

function statement(
  status: VexStatus,
  products: readonly VexProduct[],
  fields: Partial<SourcedStatement> = {},
): SourcedStatement {
  return {
    source: 'acme.json',
    document: 'doc',
    author: 'Acme',
    timestamp: '2026-01-01T00:00:00Z',
    vulnerabilities: ['GHSA-aaaa'],
    status,
    justification: 'vulnerable_code_not_present',
    products,
    ...fields,
  };
}

const finding = {
  vulnerability: { id: 'CVE-2026-1', aliases: ['GHSA-aaaa'] },
  package: { purl: crypto, ecosystem: 'Go', name: 'golang.org/x/crypto', version: '0.1.0' },
};

function suppression(
  statements: readonly SourcedStatement[],
  locations: Readonly<Record<string, readonly string[]>> = { [crypto]: ['bin/app'], [program]: ['bin/app'] },
) {
  const image = { repositories: ['ghcr.io/acme/app'], digests: [] };
  return new VexStatements(statements).suppressionOf(finding, { image, locations: new Map(Object.entries(locations)) });
}

const onImage: VexProduct = { purl: 'pkg:oci/app?repository_url=ghcr.io/acme/app', subcomponents: [] };
const onPackage: VexProduct = { purl: 'pkg:golang/golang.org/x/crypto', subcomponents: [] };

describe('a statement', () => {
  it('suppresses a finding it is about, by any name of the vulnerability, and says who said so', () => {
    expect(suppression([statement('not_affected', [onPackage])])).toEqual({
      status: 'not_affected',
      source: 'acme.json',
      document: 'doc',
      author: 'Acme',
      justification: 'vulnerable_code_not_present',
      timestamp: '2026-01-01T00:00:00Z',
    });
    expect(suppression([statement('fixed', [onImage], { vulnerabilities: ['cve-2026-1'] })])).toMatchObject({
      status: 'fixed',
    });
    expect(suppression([statement('fixed', [onImage], { vulnerabilities: ['CVE-2026-2'] })])).toBeUndefined();
  });

  it.each(['affected', 'under_investigation'] as const)('of status %s suppresses nothing', (status) => {
    expect(suppression([statement(status, [onPackage])])).toBeUndefined();
  });

  it('about packages of an image is about these alone', () => {
    const product = (purl: string) => ({ ...onImage, subcomponents: [purl] });
    expect(suppression([statement('fixed', [product('pkg:golang/golang.org/x/crypto')])])).toBeDefined();
    expect(suppression([statement('fixed', [product('pkg:golang/golang.org/x/net')])])).toBeUndefined();
    expect(suppression([statement('fixed', [{ ...product(crypto), purl: 'pkg:oci/other' }])])).toBeUndefined();
  });

  it('about modules of a program is about them in that program alone', () => {
    const inProgram = statement('not_affected', [{ purl: 'pkg:golang/github.com/acme/app', subcomponents: [crypto] }]);
    expect(suppression([inProgram])).toBeDefined();
    expect(suppression([inProgram], { [crypto]: ['bin/app', 'bin/other'], [program]: ['bin/app'] })).toBeUndefined();
    expect(suppression([inProgram], { [crypto]: ['bin/other'], [program]: ['bin/app'] })).toBeUndefined();
    expect(suppression([inProgram], { [crypto]: [], [program]: [] })).toBeUndefined();
    expect(suppression([inProgram], { [crypto]: ['bin/app'] })).toBeUndefined();
  });
});

describe('several statements about the same', () => {
  const early = { timestamp: '2026-01-01T00:00:00+02:00' };
  const late = { timestamp: '2026-01-01T00:00:00Z' };

  it('leave the latest, whoever said it', () => {
    const no = statement('not_affected', [onPackage], early);
    const yes = statement('affected', [onImage], late);
    expect(suppression([no, yes])).toBeUndefined();
    expect(suppression([yes, no])).toBeUndefined();
    expect(
      suppression([
        { ...no, ...late },
        { ...yes, ...early },
      ]),
    ).toMatchObject({ status: 'not_affected' });
  });

  it('of one moment leave that which asks for action', () => {
    expect(
      suppression([statement('not_affected', [onPackage]), statement('under_investigation', [onImage])]),
    ).toBeUndefined();
  });

  it('of which the latest is about another product leave the one before', () => {
    const other = statement('affected', [{ purl: 'pkg:oci/other', subcomponents: [] }], {
      timestamp: '2026-06-01T00:00:00Z',
    });
    expect(suppression([statement('fixed', [onImage]), other])).toMatchObject({ status: 'fixed' });
  });
});
