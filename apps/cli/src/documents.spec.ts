import type { AdvisoryIndex, Inventory, ScanReport } from '@tidewaiter/contracts';
import { readImage, scanReport } from '@tidewaiter/engine';
import { reportFormats, type ReportSubject } from '@tidewaiter/reports';
import { sampleImages } from '@tidewaiter/samples';
import { buildImage, buildLayer, documentFaults, memorySource, type TarItem } from '@tidewaiter/testing';

type Layers = readonly (readonly TarItem[])[];

const samples = sampleImages.flatMap(({ repository, tag, platforms }) =>
  platforms.map(({ os, architecture, layers }) => ({
    name: `${repository}:${tag} ${os}/${architecture}`,
    layers: layers.map(({ files }) => files.map(item)),
  })),
);

/** A path that ends in a slash is a directory. */
function item({ path, content }: { readonly path: string; readonly content: string }): TarItem {
  return path.endsWith('/') ? { path: path.slice(0, -1), directory: true } : { path, content };
}

/** What no sample has: problems, odd names, licences in words, an owned package. */
const oddities: Layers = [
  [
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian \\"12\\" <x> & ü"\n' },
    {
      path: 'var/lib/dpkg/status',
      content:
        'Package: npm\nStatus: install ok installed\nMaintainer: T <t@lists.debian.org>\nArchitecture: all\nVersion: 1:9.2~dfsg+x-1\n\nPackage: half\n\n',
    },
    { path: 'var/lib/dpkg/info/npm.list', content: '/usr/share/nodejs/node_modules/tar/package.json\n' },
    { path: 'usr/share/nodejs/node_modules/tar/package.json', content: '{"name":"tar","version":"6.0.0"}' },
    {
      path: 'app/über <uns> & "mehr"/node_modules/@Scope/Name/package.json',
      content: '{"name":"@Scope/Name","version":"1.0.0+b","license":"see LICENSE <in> full"}',
    },
    { path: 'app/node_modules/broken/package.json', content: '{' },
  ],
];

/** Everything there is is affected by something. */
const index: AdvisoryIndex = {
  covers: (asked) => Promise.resolve(new Set(asked)),
  lookup: (keys) =>
    Promise.resolve(
      keys.map((key) => ({
        advisory: {
          feed: 'test',
          id: 'TEST-1',
          modified: '2026-01-01T00:00:00Z',
          aliases: [],
          upstream: [],
          severities: [],
        },
        affected: { ...key, ranges: [], versions: ['1:9.2~dfsg+x-1', '1.0.0+b', '4.17.15'], severities: [] },
        vulnerabilities: [{ id: 'CVE-2026-0001', aliases: ['TEST-1'] }],
      })),
    ),
};

async function subjectOf(layers: Layers, concurrency: number): Promise<ReportSubject & { report: ScanReport }> {
  const source = memorySource(buildImage({ layers: layers.map((items) => buildLayer(items)) }));
  const [reading] = await readImage(source, { concurrency });
  if (reading?.kind !== 'inventory') throw new Error('not read');
  const inventory: Inventory = reading.inventory;
  return { target: 'image', repository: 'r.example/x', inventory, report: await scanReport('image', inventory, index) };
}

describe.each([...samples, { name: 'oddities', layers: oddities }])('documents about $name', ({ layers }) => {
  it.each(reportFormats)('are valid $id, and the same bytes when the image is read again', async (format) => {
    const context = { tool: { name: 'tidewaiter', version: '1.2.3' } };
    const [first, again] = [await subjectOf(layers, 1), await subjectOf(layers, 4)];
    const isOfInventory = format.of.includes('inventory');
    const subjects = isOfInventory ? [first, { ...first, report: undefined }] : [first];
    for (const subject of subjects) {
      const document = format.document([subject], context);
      if (document !== undefined) expect(documentFaults(format.id, JSON.parse(JSON.stringify(document)))).toEqual([]);
    }
    expect(JSON.stringify(format.document([again], context))).toBe(JSON.stringify(format.document([first], context)));
  });
});
