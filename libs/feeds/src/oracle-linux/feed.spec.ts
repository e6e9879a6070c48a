import { readAll } from '../testing/snapshots';
import { oracleLinuxFeed } from './feed';

interface Build {
  readonly architecture: string;
  readonly name: string;
  readonly evr: string;
}

/** An erratum as Oracle writes it: release, then architectures, then packages with their signatures. */
function oval(builds: readonly Build[], { module = '', extra = '' } = {}): string {
  const architectures = [...new Set(builds.map(({ architecture }) => architecture))];
  const packages = (wanted: string) =>
    builds
      .map((build, n) => ({ ...build, n }))
      .filter(({ architecture }) => architecture === wanted)
      .map(
        ({ name, evr, n }) =>
          `<criteria operator="AND"><criterion test_ref="tst:${n}" comment="${name} is earlier than ${evr}"/><criterion test_ref="sig:${n}" comment="${name} is signed with the Oracle Linux 8 key"/></criteria>`,
      )
      .join('');
  const list = (write: (build: Build, n: number) => string) => builds.map(write).join('');
  return `<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>
    <definition class="patch" id="oval:com.oracle.elsa:def:20241000" version="501"><metadata>
      <title>ELSA-2024-1000:  nodejs:18 security update (IMPORTANT)</title>
      <affected family="unix"><platform>Oracle Linux 8</platform></affected>
      <reference source="elsa" ref_id="ELSA-2024-1000" ref_url="https://linux.oracle.com/errata/ELSA-2024-1000.html"/>
      <reference source="CVE" ref_id="CVE-2024-1000" ref_url="x"/><reference source="CVE" ref_id="CVE-2024-1001" ref_url="x"/>
      <advisory><severity>IMPORTANT</severity><issued date="2024-08-13"/><cve href="x">CVE-2024-1000</cve></advisory></metadata>
      <criteria operator="AND"><criterion test_ref="rel" comment="Oracle Linux 8 is installed"/>${module}${extra}
        <criteria operator="OR">${architectures
          .map(
            (architecture) =>
              `<criteria operator="AND"><criterion test_ref="arch" comment="Oracle Linux arch is ${architecture}"/><criteria operator="OR">${packages(architecture)}</criteria></criteria>`,
          )
          .join('')}</criteria></criteria></definition></definitions>
    <tests>${list((_, n) => `<rpminfo_test xmlns="x#linux" id="tst:${n}"><object object_ref="obj:${n}"/><state state_ref="ste:${n}"/></rpminfo_test>`)}</tests>
    <objects>${list(({ name }, n) => `<rpminfo_object xmlns="x#linux" id="obj:${n}"><name>${name}</name></rpminfo_object>`)}</objects>
    <states>${list(({ evr }, n) => `<rpminfo_state xmlns="x#linux" id="ste:${n}"><evr datatype="evr_string" operation="less than">${evr}</evr></rpminfo_state>`)}</states>
  </oval_definitions>`;
}

const nodejs = '1:18.20.4-1.module+el8.10.0+90382+1';

describe('Oracle Linux', () => {
  it('reads an erratum: a bundle of vulnerabilities, packages by architecture', async () => {
    const builds = ['x86_64', 'aarch64'].flatMap((architecture) => [
      { architecture, name: 'openssl', evr: '1:1.1.1k-12.el8_9' },
      {
        architecture,
        name: 'openssl-libs',
        evr: architecture === 'x86_64' ? '1:1.1.1k-12.el8_9' : '1:1.1.1k-13.el8_9',
      },
    ]);
    const { items, problems } = await readAll(oracleLinuxFeed, { 'elsa.xml': oval(builds) });
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        id: 'ELSA-2024-1000',
        published: '2024-08-13T00:00:00Z',
        summary: 'ELSA-2024-1000: nodejs:18 security update (IMPORTANT)',
        upstream: ['CVE-2024-1000', 'CVE-2024-1001'],
        references: ['https://linux.oracle.com/errata/ELSA-2024-1000.html'],
        affected: [
          { ecosystem: 'Oracle Linux:8', name: 'openssl', architectures: ['aarch64', 'x86_64'], module: '' },
          { name: 'openssl-libs', architectures: ['x86_64'] },
          {
            name: 'openssl-libs',
            architectures: ['aarch64'],
            ranges: [{ events: [{ introduced: '0' }, { fixed: '1:1.1.1k-13.el8_9' }] }],
          },
        ],
      },
    ]);
    expect(items[0]?.affected[0]?.severities).toEqual([{ source: 'Oracle Linux', kind: 'word', value: 'IMPORTANT' }]);
  });

  it.each([
    ['<criterion test_ref="mod" comment="Module nodejs:18 is enabled"/>', 'nodejs:18'],
    ['', undefined],
  ])('knows the module stream where it is stated (trap 7): %s', async (module, expected) => {
    const { items } = await readAll(oracleLinuxFeed, {
      'elsa.xml': oval([{ architecture: 'x86_64', name: 'nodejs', evr: nodejs }], { module }),
    });
    expect(items[0]?.affected[0]?.module).toBe(expected);
  });

  it('keeps the builds of other flavours as they are (trap 11)', async () => {
    const builds = ['2:2.28-251.0.2.ksplice1.el8_10.5', '2:2.28-251.0.2.el8_10.5'].map((evr) => ({
      architecture: 'x86_64',
      name: 'glibc',
      evr,
    }));
    const { items } = await readAll(oracleLinuxFeed, { 'elsa.xml': oval(builds) });
    expect(items[0]?.affected).toHaveLength(2);
  });

  it.each([
    ['is ksplice-based', '2:2.39-121.0.1.ksplice1.el10_2', []],
    ['is fips patched', '10:3.5.1-7.0.1.el9_7_fips', []],
    ['is ksplice-based', '2:2.39-121.0.1.el10_2', ['oracle-definition-invalid elsa.xml']],
  ])('reads the errata of such builds, which say so of each package: %s, %s', async (flavour, evr, problems) => {
    const extra = `<criterion test_ref="flavour" comment="glibc ${flavour}"/>`;
    const document = oval([{ architecture: 'x86_64', name: 'glibc', evr }], { extra });
    const read = await readAll(oracleLinuxFeed, { 'elsa.xml': document });
    expect(read.problems).toEqual(problems);
    expect(read.items).toHaveLength(problems.length === 0 ? 1 : 0);
  });

  it('names a condition it does not know instead of leaving it out', async () => {
    const extra = '<criterion test_ref="fips" comment="FIPS mode is on"/>';
    const document = oval([{ architecture: 'x86_64', name: 'glibc', evr: '1-1' }], { extra });
    expect(await readAll(oracleLinuxFeed, { 'elsa.xml': document })).toEqual({
      items: [],
      problems: ['oracle-definition-invalid elsa.xml'],
    });
    const negated = document.replace(
      'comment="FIPS mode is on"',
      'negate="true" comment="Oracle Linux 8 is installed"',
    );
    expect((await readAll(oracleLinuxFeed, { 'elsa.xml': negated })).problems).toEqual([
      'oval-criteria-unusable elsa.xml#oval:com.oracle.elsa:def:20241000',
    ]);
  });

  it('reads a module of mostly colons in time', async () => {
    const start = performance.now();
    const module = `<criterion test_ref="mod" comment="Module ${':'.repeat(100_000)}"/>`;
    const builds = [{ architecture: 'x86_64', name: 'nodejs', evr: nodejs }];
    expect((await readAll(oracleLinuxFeed, { 'elsa.xml': oval(builds, { module }) })).problems).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
