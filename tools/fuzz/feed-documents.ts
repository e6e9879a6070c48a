import type { Seed } from './seeds';

const modified = '2026-01-01T00:00:00Z';
const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

/** For each source of advisories, and of what is known beside them, a document in the form its publisher gives it. */
export const feedDocuments: Readonly<Record<string, readonly Seed[]>> = {
  osv: [json('GHSA-1.json', osv('npm', 'lodash'))],
  ubuntu: [json('UBUNTU-CVE-2024-1000.json', { ...osv('Ubuntu:Pro:20.04:LTS', 'vlc'), severity: [word('Ubuntu')] })],
  almalinux: [json('ALSA-2024-1.json', osv('AlmaLinux:8', 'nodejs'))],
  'rocky-linux': [json('RLSA-2024-1.json', osv('Rocky Linux:8', 'nodejs'))],
  'alpine-secdb': [
    json('3.20/main.json', {
      distroversion: 'v3.20',
      reponame: 'main',
      packages: [
        { pkg: { name: 'openssl', secfixes: { '3.3.2-r0': ['CVE-2024-1000 CVE-2024-1001'], '0': ['CVE-2024-1002'] } } },
      ],
    }),
  ],
  wolfi: [secdb()],
  chainguard: [secdb()],
  'amazon-linux': [text('x-updateinfo.xml', amazon())],
  'arch-linux': [
    json('all.json', [
      {
        name: 'AVG-1',
        packages: ['openssl'],
        status: 'Fixed',
        severity: 'High',
        affected: '1.0-1',
        fixed: '1.0-2',
        issues: ['CVE-2024-1000'],
      },
    ]),
  ],
  'azure-linux': [text('azurelinux-3.0-oval.xml', azure())],
  'debian-tracker': [
    json('tracker.json', {
      openssl: {
        'CVE-2024-1000': {
          description: 'A flaw',
          releases: { bookworm: { status: 'resolved', fixed_version: '1.0-2', urgency: 'high**' } },
        },
      },
    }),
  ],
  nvd: [
    json('page.json', {
      resultsPerPage: 1,
      startIndex: 0,
      vulnerabilities: [
        {
          cve: {
            id: 'CVE-2024-3094',
            published: '2024-03-29T17:15:21.150',
            lastModified: '2025-02-06T09:15:10.820',
            vulnStatus: 'Modified',
            descriptions: [{ lang: 'en', value: 'Malicious code in xz' }],
            metrics: {
              cvssMetricV31: [{ source: 'nvd@nist.gov', type: 'Primary', cvssData: { vectorString: vector } }],
            },
          },
        },
      ],
    }),
  ],
  'oracle-linux': [text('elsa.xml', oracle())],
  'photon-os': [
    json('cve_data_photon5.0.json', [
      {
        cve_id: 'CVE-2024-1000',
        pkg: 'openssl',
        cve_score: 7.5,
        aff_ver: 'all versions before 3.0.13-1.ph5 are vulnerable',
        res_ver: '3.0.13-1.ph5',
      },
    ]),
  ],
  'red-hat': [json('cve-2024-1000.json', redHat())],
  suse: [json('cve-2024-1000.json', suse())],
  kev: [
    json('kev.json', {
      title: 'Catalog',
      count: 1,
      vulnerabilities: [
        {
          cveID: 'CVE-2024-3094',
          vendorProject: 'XZ',
          product: 'xz-utils',
          vulnerabilityName: 'XZ Utils Embedded Malicious Code',
          dateAdded: '2024-04-01',
          dueDate: '2024-04-22',
          knownRansomwareCampaignUse: 'Known',
        },
      ],
    }),
  ],
  epss: [
    text(
      'epss.csv',
      '#model_version:v2025.03.14,score_date:2026-07-01T12:55:00Z\ncve,epss,percentile\nCVE-2021-44228,0.94358,0.99961\nCVE-2022-0001,1e-05,0\n',
    ),
  ],
  endoflife: [
    json('full.json', {
      schema_version: '1.2.1',
      total: 1,
      result: [
        {
          name: 'debian',
          identifiers: [{ type: 'purl', id: 'pkg:docker/library/debian' }],
          releases: [
            { name: '12', label: '12 (Bookworm)', isEol: false, eolFrom: '2026-06-10', latest: { name: '12.11' } },
          ],
        },
      ],
    }),
  ],
  vex: [json('openvex.json', openVex()), json('csaf.json', csafVex()), json('cyclonedx.json', cycloneDxVex())],
};

function text(path: string, content: string): Seed {
  return { path, bytes: Buffer.from(content) };
}

function json(path: string, content: unknown): Seed {
  return text(path, JSON.stringify(content));
}

function word(type: string): object {
  return { type, score: 'medium' };
}

/** https://ossf.github.io/osv-schema/ */
function osv(ecosystem: string, name: string): object {
  return {
    schema_version: '1.7.0',
    id: 'X-1',
    modified,
    published: modified,
    aliases: ['CVE-2024-1000'],
    upstream: ['CVE-2024-1001'],
    summary: 'Important: nodejs:18 security update',
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: [
      {
        package: { ecosystem, name, purl: 'pkg:deb/ubuntu/vlc@3.0.9-1?arch=source&distro=esm-apps/focal' },
        ranges: [
          { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.9-1+esm1' }, { last_affected: '4' }] },
        ],
        versions: ['3.0.8-0', '3.0.9-1'],
        ecosystem_specific: { availability: 'Available with Ubuntu Pro', urgency: 'low' },
      },
    ],
    references: [{ type: 'WEB', url: 'https://vendor.example/1' }],
  };
}

function secdb(): Seed {
  const secfixes = { '8.7.1-r0': ['CVE-2024-2004'], '0': ['CVE-2023-0001', 'GHSA-aaaa-bbbb-cccc'] };
  return json('security.json', { reponame: 'os', packages: [{ pkg: { name: 'curl', secfixes } }] });
}

function amazon(): string {
  return '<updates><update status="final" type="security"><id>ALAS2023-2023-001</id><title>Amazon Linux 2023 - ALAS2023-2023-001: Important priority package update for openssl</title><issued date="2023-02-17 00:00"/><updated date="2023-02-22T10:32:11Z"/><severity>important</severity><references><reference href="https://cve.example/CVE-2023-0286" id="CVE-2023-0286" type="cve"/></references><pkglist><collection short="amazon-linux"><package arch="x86_64" epoch="1" name="openssl" release="1.amzn2023.0.1" version="3.0.8"><filename>x.rpm</filename></package></collection></pkglist></update></updates>';
}

function azure(): string {
  return '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:l="x"><definitions><definition class="vulnerability" id="def:1"><metadata><title>CVE-2024-1000 affecting package openssl</title><affected family="unix"><platform>Azure Linux</platform></affected><reference ref_id="CVE-2024-1000" ref_url="https://nvd.example/1" source="CVE"/><patchable>true</patchable><severity>High</severity></metadata><criteria operator="AND"><criterion comment="Package openssl is ..." test_ref="tst:1"/></criteria></definition></definitions><tests><l:rpminfo_test id="tst:1"><l:object object_ref="obj:1"/><l:state state_ref="ste:1"/></l:rpminfo_test></tests><objects><l:rpminfo_object id="obj:1"><l:name>openssl</l:name></l:rpminfo_object></objects><states><l:rpminfo_state id="ste:1"><l:evr datatype="evr_string" operation="less than">0:3.3.2-1.azl3</l:evr></l:rpminfo_state></states></oval_definitions>';
}

function oracle(): string {
  return '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions><definition class="patch" id="def:1"><metadata><title>ELSA-2024-1000:  nodejs:18 security update (IMPORTANT)</title><affected family="unix"><platform>Oracle Linux 8</platform></affected><reference source="elsa" ref_id="ELSA-2024-1000" ref_url="https://linux.oracle.com/errata/ELSA-2024-1000.html"/><reference source="CVE" ref_id="CVE-2024-1000" ref_url="x"/><advisory><severity>IMPORTANT</severity><issued date="2024-08-13"/></advisory></metadata><criteria operator="AND"><criterion test_ref="rel" comment="Oracle Linux 8 is installed"/><criterion test_ref="mod" comment="Module nodejs:18 is enabled"/><criteria operator="OR"><criteria operator="AND"><criterion test_ref="arch" comment="Oracle Linux arch is x86_64"/><criteria operator="OR"><criteria operator="AND"><criterion test_ref="tst:1" comment="openssl is earlier than 1:1"/></criteria></criteria></criteria></criteria></criteria></definition></definitions><tests><rpminfo_test xmlns="x#linux" id="tst:1"><object object_ref="obj:1"/><state state_ref="ste:1"/></rpminfo_test></tests><objects><rpminfo_object xmlns="x#linux" id="obj:1"><name>openssl</name></rpminfo_object></objects><states><rpminfo_state xmlns="x#linux" id="ste:1"><evr datatype="evr_string" operation="less than">1:1.1.1k-12.el8_9</evr></rpminfo_state></states></oval_definitions>';
}

interface Placement {
  readonly platform: string;
  readonly cpe: string;
  readonly component: string;
  readonly purl: string;
}

function redHat(): object {
  return csaf({
    platform: 'BaseOS-9.4.0.Z.MAIN',
    cpe: 'cpe:/o:redhat:enterprise_linux:9::baseos',
    component: 'openssl-1:3.0.7-27.el9.x86_64',
    purl: 'pkg:rpm/redhat/openssl@3.0.7-27.el9?arch=x86_64&epoch=1',
  });
}

function suse(): object {
  return csaf({
    platform: 'SUSE Linux Enterprise Server 15 SP6',
    cpe: 'cpe:/o:suse:sles:15:sp6',
    component: 'openssl-3.1.4-150600.5.7.1.x86_64',
    purl: 'pkg:rpm/suse/openssl@3.1.4-150600.5.7.1?arch=x86_64',
  });
}

/** https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html */
function csaf({ platform, cpe, component, purl }: Placement): object {
  const full = `${platform}:${component}`;
  const branch = (category: string, name: string, helper: object) => ({
    category,
    name,
    product: { name, product_id: name, product_identification_helper: helper },
  });
  return {
    document: {
      category: 'csaf_vex',
      title: 'openssl: a flaw',
      tracking: {
        id: 'CVE-2024-1000',
        current_release_date: modified,
        initial_release_date: modified,
        status: 'final',
      },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'Vendor',
          branches: [branch('product_name', platform, { cpe }), branch('product_version', component, { purl })],
        },
      ],
      relationships: [
        {
          category: 'default_component_of',
          full_product_name: { name: full, product_id: full },
          product_reference: component,
          relates_to_product_reference: platform,
        },
      ],
    },
    vulnerabilities: [
      {
        cve: 'CVE-2024-1000',
        title: 'openssl: a flaw',
        product_status: { fixed: [full], recommended: [full] },
        remediations: [{ category: 'vendor_fix', details: 'Update', product_ids: [full] }],
        threats: [{ category: 'impact', details: 'Important', product_ids: [full] }],
        scores: [{ products: [full], cvss_v3: { vectorString: vector, version: '3.1' } }],
      },
    ],
  };
}

function openVex(): object {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex/1',
    author: 'Acme',
    timestamp: modified,
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2026-1', aliases: ['GO-2026-1'] },
        products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'x', identifiers: { purl: 'pkg:npm/a@1' } }] }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
      },
    ],
  };
}

function csafVex(): object {
  const product = (id: string, purl: string) => ({
    product: { product_id: id, name: id, product_identification_helper: { purl } },
  });
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      publisher: { category: 'vendor', name: 'Acme' },
      tracking: { id: 'ACME-1', current_release_date: modified },
    },
    product_tree: { branches: [product('app', 'pkg:oci/app'), product('lib', 'pkg:npm/lib@1.0.0')] },
    vulnerabilities: [{ cve: 'CVE-2026-1', product_status: { known_not_affected: ['lib'] }, flags: [] }],
  };
}

function cycloneDxVex(): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { timestamp: modified, authors: [{ name: 'Acme' }] },
    components: [{ type: 'library', name: 'x', 'bom-ref': 'c1', purl: 'pkg:npm/lodash@4.17.20' }],
    vulnerabilities: [
      {
        id: 'CVE-2026-1',
        references: [{ id: 'GHSA-aaaa', source: {} }],
        analysis: { state: 'not_affected', justification: 'code_not_reachable' },
        affects: [{ ref: 'c1' }],
      },
    ],
  };
}
