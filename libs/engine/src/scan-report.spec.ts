import { layered, bookworm, dpkg, npmPackage } from '@tidewaiter/testing';
import {
  nothingToAssess,
  ScanReport,
  type AdvisoryIndex,
  type AdvisoryKey,
  type AdvisoryMatchInput,
} from '@tidewaiter/contracts';
import { scanReport } from './scan-report';
import { inventoryOf } from './spec-images';

function record(id: string, ecosystem: string, name: string, fixed: string): AdvisoryMatchInput {
  return {
    advisory: {
      feed: 'osv',
      id,
      modified: '2024-01-01T00:00:00Z',
      aliases: [],
      upstream: [],
      severities: [],
    },
    affected: {
      ecosystem,
      name,
      ranges: [{ type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      versions: [],
      severities: [],
    },
    vulnerabilities: [{ id, aliases: [] }],
  };
}

function indexOf(records: readonly AdvisoryMatchInput[]): AdvisoryIndex & { asked: AdvisoryKey[] } {
  const asked: AdvisoryKey[] = [];
  return {
    asked,
    lookup: (keys) => {
      asked.push(...keys);
      const wanted = new Set(keys.map((key) => `${key.ecosystem} ${key.name}`));
      return Promise.resolve(records.filter(({ affected }) => wanted.has(`${affected.ecosystem} ${affected.name}`)));
    },
    covers: (ecosystems) =>
      Promise.resolve(
        new Set(ecosystems.filter((name) => records.some(({ affected }) => affected.ecosystem === name))),
      ),
  };
}

const lodash = record('GHSA-1', 'npm', 'lodash', '4.17.19');
const bash = record('CVE-2', 'Debian:12', 'bash', '2');

describe('scanReport', () => {
  it('judges what is in the image', async () => {
    const inventory = await inventoryOf(
      layered([[bookworm, dpkg('bash=1 curl=1'), npmPackage('node_modules/lodash', '4.17.15')]]),
    );
    const report = await scanReport('target', inventory, indexOf([lodash, bash]));
    expect(ScanReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      target: 'target',
      image: { platform: 'linux/amd64', os: { id: 'debian', versionId: '12' } },
      complete: true,
    });
    expect(report.findings.map((finding) => [finding.vulnerability.id, finding.package.name, finding.fixedIn])).toEqual(
      [
        ['CVE-2', 'bash', '2'],
        ['GHSA-1', 'lodash', '4.17.19'],
      ],
    );
  });

  it('does not call packages clean that no advisory speaks of', async () => {
    const inventory = await inventoryOf(layered([[bookworm, dpkg('bash=1 curl=1')]]));
    const report = await scanReport('target', inventory, indexOf([lodash]));
    expect(report.findings).toEqual([]);
    expect(report.complete).toBe(false);
    expect(report.problems).toEqual([
      {
        code: 'ecosystem-not-covered',
        message: 'The advisories of Debian:12 are not there; whether its 2 packages are vulnerable is not known.',
      },
    ]);
  });

  it('judges a modular package by its own stream (trap 7)', async () => {
    const inventory = await inventoryOf(layered([[bookworm]]));
    const nodejs = {
      ecosystem: 'Rocky Linux:8',
      name: 'nodejs',
      version: '1:18.1-1.module+el8',
      purl: 'pkg:rpm/rocky/nodejs@18.1-1.module+el8',
      module: 'nodejs:18',
      locations: [],
    };
    const other = record('RLSA-1', 'Rocky Linux:8', 'nodejs', '1:20.1-1.module+el8');
    const ofStream = (module: string) => indexOf([{ ...other, affected: { ...other.affected, module } }]);
    const report = (module: string) => scanReport('t', { ...inventory, packages: [nodejs] }, ofStream(module));
    expect((await report('nodejs:20')).findings).toEqual([]);
    expect((await report('nodejs:18')).findings).toHaveLength(1);
  });

  it('judges a package once, however often it occurs', async () => {
    const inventory = await inventoryOf(
      layered([[npmPackage('a/node_modules/lodash', '4.17.15')], [npmPackage('b/node_modules/lodash', '4.17.15')]]),
    );
    const index = indexOf([lodash]);
    const report = await scanReport('target', inventory, index);
    expect([report.packages.length, report.findings.length, index.asked.length]).toEqual([2, 1, 1]);
  });

  it('leaves to the distro what the distro brought', async () => {
    const owned = 'usr/share/nodejs/node_modules/lodash';
    const inventory = await inventoryOf(
      layered([
        [
          bookworm,
          dpkg('node-lodash=4.17.15-1'),
          { path: 'var/lib/dpkg/info/node-lodash.list', content: `/${owned}/package.json\n` },
          npmPackage(owned, '4.17.15'),
        ],
      ]),
    );
    const report = await scanReport('target', inventory, indexOf([lodash]));
    expect(report.packages.map((pkg) => pkg.name)).toEqual(['node-lodash', 'lodash']);
    expect(report.findings).toEqual([]);
  });

  it('asks in portions and loses none', async () => {
    const items = Array.from({ length: 1203 }, (_, at) => npmPackage(`node_modules/p${at}`));
    const records = [0, 499, 500, 1202].map((at) => record(`X-${at}`, 'npm', `p${at}`, '2.0.0'));
    const report = await scanReport('target', await inventoryOf(layered([items])), indexOf(records));
    expect(report.findings.map((finding) => finding.package.name).sort()).toEqual(['p0', 'p1202', 'p499', 'p500']);
  });

  it('says nulls where the image says nothing', async () => {
    const report = await scanReport(
      't',
      {
        image: {},
        layers: [],
        packages: [],
        executables: [],
        assessability: nothingToAssess,
        complete: true,
        problems: [],
      },
      indexOf([]),
    );
    expect(report.image).toEqual({ digest: null, platform: null, os: null });
  });
});
