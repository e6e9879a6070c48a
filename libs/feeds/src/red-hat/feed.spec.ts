import { gzipSync } from 'node:zlib';
import { OperationalError } from '@tidewaiter/kit';
import type { FeedIo, RemoteFile } from '../feed';
import { readAll } from '../testing/snapshots';
import { redHatFeed } from './feed';

interface Component {
  readonly platform?: string;
  readonly cpe?: string;
  readonly id: string;
  readonly purl?: string;
  readonly status: string;
  readonly remedy?: readonly [category: string, details: string];
  readonly impact?: string;
}

const rhel9 = { platform: 'red_hat_enterprise_linux_9', cpe: 'cpe:/o:redhat:enterprise_linux:9' };
const baseos = { platform: 'BaseOS-9.4.0.Z.MAIN', cpe: 'cpe:/o:redhat:enterprise_linux:9::baseos' };

function fixed(id: string, purl: string, more: Partial<Component> = {}): Component {
  return { ...baseos, id, purl, status: 'fixed', ...more };
}

/** A document as Red Hat writes it. */
function vex(
  components: readonly Component[],
  { id = 'CVE-2024-1000', released = '2024-11-01T00:00:00+00:00' } = {},
): string {
  const full = ({ platform, id: component }: Component) => `${platform ?? rhel9.platform}:${component}`;
  const product = (product_id: string, helper: object) => ({
    product_id,
    name: product_id,
    product_identification_helper: helper,
  });
  const withStatus = (status: string) => components.filter((component) => component.status === status).map(full);
  const platforms = new Map(components.map(({ platform = rhel9.platform, cpe = rhel9.cpe }) => [platform, cpe]));
  return JSON.stringify({
    document: {
      category: 'csaf_vex',
      title: 'openssl: a flaw',
      tracking: {
        id,
        current_release_date: released,
        initial_release_date: '2024-10-01T00:00:00+00:00',
        status: 'final',
      },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'Red Hat',
          branches: [
            ...[...platforms].map(([name, cpe]) => ({
              category: 'product_name',
              name,
              product: product(name, { cpe }),
            })),
            ...components.map(({ id: name, purl }) => ({
              category: 'product_version',
              name,
              product: product(name, purl === undefined ? {} : { purl }),
            })),
          ],
        },
      ],
      relationships: components.map((component) => ({
        category: 'default_component_of',
        full_product_name: { name: 'x', product_id: full(component) },
        product_reference: component.id,
        relates_to_product_reference: component.platform ?? rhel9.platform,
      })),
    },
    vulnerabilities: [
      {
        cve: id,
        title: 'openssl: a flaw',
        product_status: {
          fixed: withStatus('fixed'),
          known_affected: withStatus('known_affected'),
          known_not_affected: withStatus('known_not_affected'),
          under_investigation: withStatus('under_investigation'),
        },
        remediations: [
          {
            category: 'vendor_fix',
            details: 'Update',
            product_ids: withStatus('fixed'),
            url: 'https://access.redhat.com/errata/RHSA-2024:1',
          },
          ...components.flatMap((component) =>
            component.remedy === undefined
              ? []
              : [{ category: component.remedy[0], details: component.remedy[1], product_ids: [full(component)] }],
          ),
          { category: 'workaround', details: 'Do not use it', product_ids: components.map(full) },
        ],
        threats: components.map((component) => ({
          category: 'impact',
          details: component.impact ?? 'Important',
          product_ids: [full(component)],
        })),
        scores: [{ products: components.map(full), cvss_v3: { vectorString: 'CVSS:3.1/AV:N', version: '3.1' } }],
      },
    ],
  });
}

async function told(...components: readonly Component[]) {
  const { items, problems } = await readAll(redHatFeed, { 'cve-2024-1000.json': vex(components) });
  expect(problems).toEqual([]);
  return items[0]?.affected.map(({ ecosystem, name, status, module, ranges }) => {
    const fix = ranges[0]?.events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))[0];
    return [ecosystem.replace('Red Hat:enterprise_linux:', ''), name, status ?? fix ?? 'open', module].join(' ');
  });
}

describe('Red Hat', () => {
  it.each<[string, Component['status'], Component['remedy'], string]>([
    ['affected', 'known_affected', ['none_available', 'Affected'], 'open'],
    ['fix deferred', 'known_affected', ['none_available', 'Fix deferred'], 'deferred'],
    ['deferred, in the newer word', 'known_affected', ['none_available', 'Deferred'], 'deferred'],
    ['will not fix', 'known_affected', ['no_fix_planned', 'Will not fix'], 'wont-fix'],
    ['out of support', 'known_affected', ['no_fix_planned', 'Out of support scope'], 'end-of-life'],
    ['affected, without a word more', 'known_affected', undefined, 'open'],
    ['not affected', 'known_not_affected', undefined, 'not-affected'],
    ['under investigation', 'under_investigation', undefined, 'under-investigation'],
  ])('says %s', async (_, status, remedy, expected) => {
    const component = { id: 'openssl', purl: 'pkg:rpm/redhat/openssl', status, ...(remedy && { remedy }) };
    expect(await told(component)).toEqual([`9 openssl ${expected} `]);
  });

  it('takes the fix of the source package for all its binaries, with its epoch', async () => {
    const { items } = await readAll(redHatFeed, {
      'a.json': vex([
        fixed('openssl-1:3.0.7-27.el9.src', 'pkg:rpm/redhat/openssl@3.0.7-27.el9?arch=src&epoch=1'),
        fixed('openssl-libs-1:3.0.7-27.el9.x86_64', 'pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&epoch=1'),
      ]),
    });
    expect(items).toMatchObject([
      {
        id: 'CVE-2024-1000',
        summary: 'openssl: a flaw',
        references: ['https://access.redhat.com/errata/RHSA-2024:1'],
        affected: [
          {
            ecosystem: 'Red Hat:enterprise_linux:9::baseos',
            name: 'openssl',
            module: '',
            architectures: [],
            ranges: [{ events: [{ introduced: '0' }, { fixed: '1:3.0.7-27.el9' }] }],
            severities: [
              { source: 'Red Hat', kind: 'word', value: 'Important' },
              { source: 'Red Hat CVSS', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N' },
            ],
          },
        ],
      },
    ]);
    expect(items[0]?.affected).toHaveLength(1);
  });

  it('believes the fix where the product is still called affected without a word more', async () => {
    const source = 'pkg:rpm/redhat/firefox@140.10.1-1.el9_7?arch=src&epoch=0';
    const fix = fixed('firefox-0:140.10.1-1.el9_7.src', source);
    const affected = { id: 'firefox', purl: 'pkg:rpm/redhat/firefox', status: 'known_affected' };
    expect(await told(fix, affected)).toEqual(['9::baseos firefox 140.10.1-1.el9_7 ']);
    expect(await told(fix, { ...affected, remedy: ['no_fix_planned', 'Will not fix'] })).toEqual([
      '9::baseos firefox 140.10.1-1.el9_7 ',
      '9 firefox wont-fix ',
    ]);
    expect(await told(fix, { ...affected, id: 'a', purl: 'pkg:rpm/redhat/firefox?rpmmod=flatpak:el9' })).toEqual([
      '9::baseos firefox 140.10.1-1.el9_7 ',
      '9 firefox open flatpak:el9',
    ]);
  });

  it('believes the fix that came after the end of general support, and knows what lies beside the system', async () => {
    const rhel7 = { platform: 'red_hat_enterprise_linux_7', cpe: 'cpe:/o:redhat:enterprise_linux:7' };
    const els = { platform: '7Server-ELS', cpe: 'cpe:/o:redhat:rhel_els:7' };
    const scl = { platform: '7Server-RHSCL-3', cpe: 'cpe:/a:redhat:rhel_software_collections:3::el7' };
    const over = ['no_fix_planned', 'Out of support scope'] as const;
    expect(
      await told(
        fixed('openssl-1:1.0.2k-27.el7_9.src', 'pkg:rpm/redhat/openssl@1.0.2k-27.el7_9?arch=src&epoch=1', els),
        fixed('rh-ruby30-ruby-3.0.4-1.el7.src', 'pkg:rpm/redhat/rh-ruby30-ruby@3.0.4-1.el7?arch=src', scl),
        { ...rhel7, id: 'openssl', status: 'known_affected', remedy: over },
        { ...rhel7, id: 'openssl098e', status: 'known_affected', remedy: over },
      ),
    ).toEqual([
      'Red Hat:rhel_els:7 openssl 1:1.0.2k-27.el7_9 ',
      'Red Hat:rhel_software_collections:3::el7 rh-ruby30-ruby 3.0.4-1.el7 ',
      '7 openssl098e end-of-life ',
    ]);
  });

  it('takes binaries by architecture where no source is listed (trap 9)', async () => {
    const builds = ['x86_64', 'aarch64'].map((arch) => fixed(`a.${arch}`, `pkg:rpm/redhat/a@1-1.el9?arch=${arch}`));
    const { items } = await readAll(redHatFeed, { 'a.json': vex(builds) });
    expect(items[0]?.affected.map(({ architectures }) => architectures)).toEqual([['aarch64', 'x86_64']]);
  });

  it('knows the module stream, from the purl and from the id (trap 7)', async () => {
    const appstream = { platform: 'AppStream-8', cpe: 'cpe:/a:redhat:enterprise_linux:8::appstream' };
    const rhel8 = { platform: 'red_hat_enterprise_linux_8', cpe: 'cpe:/o:redhat:enterprise_linux:8' };
    const version = '18.20.4-1.module%2Bel8.10.0%2B22200%2B1';
    expect(
      await told(
        fixed(
          'm:nodejs.src',
          `pkg:rpm/redhat/nodejs@${version}?arch=src&epoch=1&rpmmod=nodejs:18:8100020240808:489197e6`,
          appstream,
        ),
        { ...rhel8, id: 'nodejs:16/nodejs', status: 'known_affected', remedy: ['no_fix_planned', 'Will not fix'] },
        { ...rhel8, id: 'nodejs', status: 'known_not_affected' },
      ),
    ).toEqual([
      '8::appstream nodejs 1:18.20.4-1.module+el8.10.0+22200+1 nodejs:18',
      '8 nodejs wont-fix nodejs:16',
      '8 nodejs not-affected ',
    ]);
  });

  it('knows the module stream where older documents have it: as a product between, or in a purl of its own type', async () => {
    const appstream = { platform: 'AppStream-8', cpe: 'cpe:/a:redhat:enterprise_linux:8::appstream' };
    const rhel8 = { platform: 'red_hat_enterprise_linux_8', cpe: 'cpe:/o:redhat:enterprise_linux:8' };
    const stream = 'nodejs:18:8090020231206:a75119d5';
    const build = 'nodejs-1:18.19.0-1.module+el8.9.0+1+a.src';
    const version = '18.19.0-1.module%2Bel8.9.0%2B1%2Ba';
    const nested = vex([
      fixed(build, `pkg:rpm/redhat/nodejs@${version}?arch=src&epoch=1`, appstream),
      { ...appstream, id: stream, purl: `pkg:rpmmod/redhat/nodejs@${stream.slice(7)}`, status: 'none' },
      {
        ...rhel8,
        id: 'nodejs:16/nodejs',
        purl: 'pkg:rpmmod/redhat/nodejs:16/nodejs',
        status: 'known_affected',
      },
    ])
      .replaceAll(`AppStream-8:${build}`, `AppStream-8:${stream}:${build}`)
      .replace(
        `"product_reference":"${build}","relates_to_product_reference":"AppStream-8"`,
        `"product_reference":"${build}","relates_to_product_reference":"AppStream-8:${stream}"`,
      );
    const { items, problems } = await readAll(redHatFeed, { 'a.json': nested });
    expect(problems).toEqual([]);
    expect(items[0]?.affected.map(({ ecosystem, name, module }) => [ecosystem, name, module])).toEqual([
      ['Red Hat:enterprise_linux:8::appstream', 'nodejs', 'nodejs:18'],
      ['Red Hat:enterprise_linux:8', 'nodejs', 'nodejs:16'],
    ]);
  });

  it('keeps lines of extended support and OpenShift apart from the system, and leaves others and what is no package out (trap 8)', async () => {
    const of = (name: string, cpe: string) =>
      fixed(`${name}.src`, `pkg:rpm/redhat/${name}@1-1.el9?arch=src`, { platform: name, cpe });
    const { items } = await readAll(redHatFeed, {
      'a.json': vex([
        of('a', 'cpe:/a:redhat:rhel_eus:9.2::appstream'),
        of('b', 'cpe:/a:redhat:openshift:4.16::el9'),
        of('f', 'cpe:/o:redhat:enterprise_linux_eus:10.0'),
        of('c', 'cpe:/a:redhat:jboss_enterprise_application_platform:7.4::el9'),
        of('d', 'cpe:/a:redhat:rhel_eus:9.2::appstream: x'),
        fixed('e', 'pkg:oci/c@sha256:00?arch=amd64'),
      ]),
    });
    expect(items.flatMap(({ affected }) => affected.map(({ ecosystem, name }) => `${ecosystem} ${name}`))).toEqual([
      'Red Hat:rhel_eus:9.2::appstream a',
      'Red Hat:openshift:4.16::el9 b',
      'Red Hat:enterprise_linux_eus:10.0 f',
    ]);
  });

  it('believes the newer document, and forgets deleted ones (trap 55)', async () => {
    const open: Component = { id: 'openssl', status: 'known_affected' };
    const { items } = await readAll(redHatFeed, {
      '2024/cve-2024-1000.json': vex([{ ...open, status: 'known_not_affected' }]),
      'deletions.csv': '"2024/cve-2024-2000.json","2024-11-20T00:00:00+00:00"\n',
      'csaf_vex.tar/2024/cve-2024-1000.json': vex([open]),
      'csaf_vex.tar/2024/cve-2024-2000.json': vex([open], { id: 'CVE-2024-2000' }),
      'csaf_vex.tar/2024/cve-2024-3000.json': vex([open], { id: 'CVE-2024-3000' }),
    });
    expect(items.map(({ id, affected }) => [id, affected[0]?.status])).toEqual([
      ['CVE-2024-1000', 'not-affected'],
      ['CVE-2024-3000', undefined],
    ]);
  });

  it.each([
    ['fixed without a purl', { ...baseos, id: 'openssl-1:3.0.7-27.el9.src', status: 'fixed' }],
    ['fixed without a version', fixed('openssl.src', 'pkg:rpm/redhat/openssl?arch=src')],
    [
      'of a product whose CPE cannot be read',
      fixed('a.src', 'pkg:rpm/redhat/a@1-1?arch=src', { cpe: `${baseos.cpe}: x` }),
    ],
    ['without a name', { ...rhel9, id: 'open ssl', status: 'known_affected' }],
  ])('names a row that is %s, and reads the others', async (_, row: Component) => {
    const other = { ...rhel9, id: 'nodejs', status: 'known_affected', platform: 'other' };
    const { items, problems } = await readAll(redHatFeed, { 'a.json': vex([row, other]) });
    expect(problems).toEqual([`csaf-row-unusable a.json#${row.platform ?? ''}:${row.id}`]);
    expect(items.flatMap(({ affected }) => affected.map(({ name }) => name))).toEqual(['nodejs']);
  });

  it('names a row of what the document does not define, and none of a product by itself', async () => {
    const affected = '"known_affected":[';
    const document = vex([{ ...rhel9, id: 'nodejs', status: 'known_affected' }]);
    const more = document.replace(affected, `${affected}"${rhel9.platform}","nowhere:openssl",`);
    const { items, problems } = await readAll(redHatFeed, { 'a.json': more });
    expect(problems).toEqual(['csaf-row-unusable a.json#nowhere:openssl']);
    expect(items[0]?.affected).toHaveLength(1);
  });

  it('leaves images of containers out, which are no packages', async () => {
    const openshift = { platform: 'ocp', cpe: 'cpe:/a:redhat:openshift:4.16::el9' };
    const images: Component[] = [
      { ...openshift, id: 'openshift4/ose-cli', status: 'known_affected' },
      { ...openshift, id: 'openshift4/ose-cli@sha256:00_amd64', status: 'fixed' },
      fixed('e', 'pkg:oci/c@sha256:00?arch=amd64'),
    ];
    const { items, problems } = await readAll(redHatFeed, { 'a.json': vex(images) });
    expect([items[0]?.affected, problems]).toEqual([[], []]);
  });

  it('names a list of deletions that cannot be read', async () => {
    const cut = gzipSync('"2024/cve-2024-2000.json","2024-11-20T00:00:00+00:00"\n').subarray(0, -12);
    const { problems } = await readAll(redHatFeed, { 'deletions.csv.gz': cut });
    expect(problems).toEqual(['compression-invalid deletions.csv.gz!']);
  });

  it('names a document that is none', async () => {
    const { problems } = await readAll(redHatFeed, {
      'a.json': '{"document": {}}',
      'b.json': vex([]).replace('"vulnerabilities"', '"v"'),
    });
    expect(problems).toEqual(['csaf-document-invalid a.json', 'csaf-document-invalid b.json']);
  });

  const base = 'https://security.example/vex/';

  function archiveOf(documents: Readonly<Record<string, string>>) {
    const asked: RemoteFile[] = [];
    const missing = new OperationalError('feed-answer-unusable', 'no', { fields: { status: 404 } });
    const io: FeedIo = {
      source: base,
      get: (url) => {
        const text = documents[url];
        return text === undefined ? Promise.reject(missing) : Promise.resolve(Buffer.from(text));
      },
      downloadAll: (files) => Promise.resolve((asked.push(...files), 'unchanged' as const)),
      download: () => Promise.reject(new Error('asked for one file')),
      local: () => Promise.reject(new Error('asked for the disk')),
    };
    return { io, asked };
  }

  const lists = {
    [`${base}archive_latest.txt`]: 'csaf_vex_2024-11-20.tar.zst\n',
    [`${base}changes.csv`]: '"2024/cve-2024-1000.json","2024-11-26T10:00:00+00:00"',
  };
  const sumAt = `${base}csaf_vex_2024-11-20.tar.zst.sha256`;

  it('refuses a list of changes in another layout', async () => {
    const { io } = archiveOf({ ...lists, [`${base}changes.csv`]: 'a;b\n' });
    await expect(redHatFeed.fetch(undefined, io)).rejects.toThrow('changes.csv names no document');
  });

  it('believes the archive only in the bytes whose sum lies beside it', async () => {
    const sum = 'AB'.repeat(32);
    const { io, asked } = archiveOf({ ...lists, [sumAt]: `${sum}  csaf_vex_2024-11-20.tar.zst\n` });
    await redHatFeed.fetch(undefined, io);
    expect(asked.at(-1)).toMatchObject({ name: 'csaf_vex_2024-11-20.tar.zst', sha256: sum.toLowerCase() });
    const broken = archiveOf({ ...lists, [sumAt]: '<html>' });
    await expect(redHatFeed.fetch(undefined, broken.io)).rejects.toMatchObject({ code: 'feed-index-unusable' });
    expect(broken.asked).toEqual([]);
  });

  it('fetches the archive, and one by one what changed since', async () => {
    const { io, asked } = archiveOf({
      [`${base}archive_latest.txt`]: 'csaf_vex_2024-11-20.tar.zst\n',
      [`${base}changes.csv`]: [
        '"2024/cve-2024-1000.json","2024-11-26T10:00:00+00:00"',
        '"2019/cve-2019-1.json","2024-11-19T19:00:00+00:00"',
        '"2019/cve-2019-2.json","2024-11-19T17:00:00+00:00"',
        '"../../x.json","2024-11-26T10:00:00+00:00"',
      ].join('\n'),
    });
    await redHatFeed.fetch(undefined, io);
    expect(asked.map(({ name, version }) => [name, version])).toEqual([
      ['2024/cve-2024-1000.json', '2024-11-26T10:00:00+00:00'],
      ['2019/cve-2019-1.json', '2024-11-19T19:00:00+00:00'],
      ['deletions.csv', undefined],
      ['csaf_vex_2024-11-20.tar.zst', 'csaf_vex_2024-11-20.tar.zst'],
    ]);
  });
});
