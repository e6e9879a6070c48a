import { cyclonedxFaults } from '@tidewaiter/testing';
import { empty, inventory, judged, read, tool, vouched } from '../spec-subjects';
import { cyclonedx } from './cyclonedx';

interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: Record<string, unknown>; properties: unknown[] };
  components: Record<string, unknown>[];
  dependencies: { ref: string; dependsOn: string[] }[];
  compositions?: unknown[];
  vulnerabilities?: Record<string, unknown>[];
}

function bomOf(subject = judged, createdAt?: string): Bom {
  return cyclonedx.document([subject], { tool, createdAt }) as Bom;
}

describe('cyclonedx', () => {
  it.each([
    ['an inventory', read],
    ['a scan', judged],
    ['an empty root file system', empty],
  ])('%s is valid by the official schema', (_what, subject) => {
    expect(cyclonedxFaults('1.6', bomOf(subject))).toEqual([]);
  });

  it('has what somebody vouches for as analysed, in the words of the format', () => {
    const [open, said] = bomOf(vouched()).vulnerabilities ?? [];
    expect(open).toMatchObject({ analysis: { state: 'in_triage' } });
    expect(said).toMatchObject({
      id: 'CVE-2023-5363',
      analysis: {
        state: 'not_affected',
        justification: 'code_not_reachable',
        detail: expect.stringContaining('By Acme (acme.json)'),
      },
    });
    const [, fixed] = bomOf(vouched({ status: 'fixed' })).vulnerabilities ?? [];
    expect(fixed).toMatchObject({ analysis: { state: 'resolved' } });
    for (const subject of [vouched(), vouched({ status: 'fixed' }), vouched({ justification: 'made up' })])
      expect(cyclonedxFaults('1.6', bomOf(subject))).toEqual([]);
  });

  it('the validator does refuse', () => {
    expect(cyclonedxFaults('1.6', { ...bomOf(), specVersion: 1.6 })).not.toEqual([]);
  });

  it('bears the time of the image, or a given one, or none', () => {
    expect(bomOf().metadata.timestamp).toBe('2024-05-06T07:08:09Z');
    expect(bomOf(judged, '2025-01-02T03:04:05+01:00').metadata.timestamp).toBe('2025-01-02T02:04:05Z');
    expect(bomOf(empty).metadata.timestamp).toBe('1970-01-01T00:00:00Z');
    const nonsense = { ...read, inventory: { ...inventory, image: { created: 'yesterday' } } };
    expect(bomOf(nonsense).metadata.timestamp).toBe('1970-01-01T00:00:00Z');
  });

  it('names the image, its distribution and every package with what is known about it', () => {
    const { metadata, components } = bomOf(read);
    expect(metadata.component).toMatchObject({
      type: 'container',
      purl: `pkg:oci/app@sha256:${'1'.repeat(64)}?arch=amd64&repository_url=registry.example%2Fteam%2Fapp`,
      hashes: [{ alg: 'SHA-256', content: '1'.repeat(64) }],
    });
    expect(components[0]).toMatchObject({ type: 'operating-system', name: 'debian', version: '12' });
    expect(components[1]).toMatchObject({
      name: 'libssl3',
      version: '3.0.11-1~deb12u2',
      licenses: [{ license: { id: 'Apache-2.0' } }],
      cpe: 'cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*',
      purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
      evidence: { occurrences: [{ location: 'var/lib/dpkg/status' }] },
    });
    expect(components[1]?.properties).toEqual(
      expect.arrayContaining([
        { name: 'tidewaiter:source:name', value: 'openssl' },
        { name: 'tidewaiter:layer:diffId', value: `sha256:${'b'.repeat(64)}` },
      ]),
    );
    expect(components[2]).toMatchObject({
      group: '@scope',
      name: 'name',
      licenses: [{ license: { name: 'MIT OR Apache-2.0' } }, { license: { name: 'BSD, roughly' } }],
    });
  });

  it('tells a package that is there twice apart, and speaks of both', () => {
    const { components, dependencies, vulnerabilities } = bomOf();
    const refs = components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(4);
    expect(dependencies[0]?.dependsOn).toEqual(refs);
    expect(vulnerabilities?.[1]?.affects).toEqual(
      refs.slice(2).map((ref) => ({ ref, versions: [{ version: '1.0.0+x', status: 'unknown' }] })),
    );
  });

  it('trap: is valid where two findings are of one package URL', () => {
    const { report } = judged;
    if (report === undefined) throw new Error('no report');
    const findings = report.findings.flatMap((finding) => {
      const other = { ...finding, package: { ...finding.package, name: finding.package.name.toUpperCase() } };
      return [finding, other];
    });
    expect(cyclonedxFaults('1.6', bomOf({ ...judged, report: { ...report, findings } }))).toEqual([]);
  });

  it('says what is affected, how badly, and what fixes it', () => {
    expect(bomOf().vulnerabilities?.[0]).toMatchObject({
      id: 'CVE-2023-5363',
      references: [
        { id: 'DSA-5532-1', source: { name: 'DSA', url: 'https://osv.dev/vulnerability/DSA-5532-1' } },
        { id: 'GHSA-xxxx', source: { name: 'GHSA', url: 'https://github.com/advisories/GHSA-xxxx' } },
      ],
      ratings: [{ source: { name: 'osv' }, score: 7.5, severity: 'high' }],
      recommendation: 'Update libssl3 to a build of openssl 3.0.13-1~deb12u1 or later.',
      affects: [
        {
          versions: [
            { version: '3.0.11-1~deb12u2', status: 'affected' },
            { version: '3.0.13-1~deb12u1', status: 'unaffected' },
          ],
        },
      ],
    });
  });

  it('does not call affected what could not be judged', () => {
    expect(bomOf().vulnerabilities?.[1]).toMatchObject({
      id: 'GHSA-aaaa-bbbb-cccc',
      analysis: { state: 'in_triage', detail: expect.stringContaining('the advisory names no version') },
    });
  });

  it('claims no completeness after a partial reading', () => {
    expect(bomOf().compositions).toEqual([
      { aggregate: 'incomplete', assemblies: [bomOf().metadata.component['bom-ref']] },
    ]);
    expect(bomOf(empty).compositions).toBeUndefined();
  });

  it('joins licence expressions into one, the only form the schema allows', () => {
    const [libssl] = inventory.packages;
    if (libssl === undefined) throw new Error('no package');
    const packages = [{ ...libssl, licenses: ['MIT OR ISC', 'Zlib', 'Zlib'] }];
    const bom = bomOf({ ...read, inventory: { ...inventory, packages } });
    expect(bom.components[1]?.licenses).toEqual([{ expression: '(MIT OR ISC) AND Zlib' }]);
    expect(cyclonedxFaults('1.6', bom)).toEqual([]);
  });
});
