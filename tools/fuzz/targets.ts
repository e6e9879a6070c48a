import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { DeflateFault, gunzipped } from '@tidewaiter/deflate';
import { defaultExtractLimits, extractors, layerFileOf, type Extraction, type Extractor } from '@tidewaiter/extractors';
import { readXml, readZip, zipFileOf } from '@tidewaiter/formats';
import { defaultLimits, walkLayer } from '@tidewaiter/image';
import { schemes, type VersionScheme } from '@tidewaiter/versions';
import { readSbom } from '@tidewaiter/sbom';
import { billsOfMaterials } from './bills-of-materials';
import { feedTargets } from './feed-targets';
import { checkProblems, tarOf, type Target } from './parser-checks';
import type { Seed } from './seeds';

export function targetsOf(seeds: ReadonlyMap<string, readonly Seed[]>): readonly Target[] {
  const anything = [...seeds.values()].flat();
  return [
    ...extractors.map((extractor) => extractorTarget(extractor, seeds.get(extractor.id) ?? [])),
    ...schemes.map((scheme) => schemeTarget(scheme)),
    {
      name: 'layer',
      seeds: [{ path: 'layer.tar', bytes: tarOf(anything.slice(0, 5)) }],
      run: (_path, bytes) => runLayer(bytes),
    },
    {
      name: 'gzip of a layer',
      seeds: anything.slice(0, 5).map(({ path, bytes }) => ({ path, bytes: gzipSync(bytes) })),
      run: (_path, bytes) => runGzip(bytes),
    },
    {
      name: 'zip',
      seeds: anything.filter(({ path }) => /\.(jar|whl|zip)$/.test(path)),
      run: (_path, bytes) => runZip(bytes),
    },
    { name: 'sbom', seeds: billsOfMaterials, run: (_path, bytes) => runSbom(bytes) },
    { name: 'xml', seeds: anything.filter(({ path }) => path.endsWith('.xml')), run: (_path, bytes) => runXml(bytes) },
    ...feedTargets(),
  ];
}

function extractorTarget(extractor: Extractor, seeds: readonly Seed[]): Target {
  return {
    name: `extractor ${extractor.id}`,
    seeds,
    async run(path, bytes) {
      const extraction = await extractor.extract(layerFileOf(path, bytes), {
        wantsOwner: () => true,
        limits: defaultExtractLimits,
      });
      checkExtraction(extraction);
    },
  };
}

function checkExtraction({ packages, problems }: Extraction): void {
  for (const { name, version } of packages) {
    if (name === '') throw new Error(`a package without a name: @${version}`);
    if (name.length > 4096 || version.length > 4096) throw new Error(`a name or version of ${name.length} characters`);
  }
  checkProblems(problems);
}

/** Three versions at a time: what parses must be ordered. */
function schemeTarget(scheme: VersionScheme): Target {
  const texts = [
    '1.2.3-rc.1+b',
    '1:2.0~rc1-3ubuntu1',
    '0.9_alpha2-r3',
    '1.0.dev3+local.1',
    '2021.10.31',
    'v1.2.3-0.20240101000000-abcdefabcdef',
  ];
  return {
    name: `scheme ${scheme.id}`,
    seeds: texts.map((text) => ({ path: text, bytes: Buffer.from(`${text}\n${text}.1\n${text}-2`) })),
    run(_path, bytes) {
      const parsed = bytes
        .toString('utf8')
        .split('\n', 3)
        .map((text) => scheme.parse(text))
        .flatMap((result) => (result.ok ? [result.value] : []));
      checkOrder(scheme, parsed);
      return Promise.resolve();
    },
  };
}

function checkOrder(scheme: VersionScheme, versions: readonly unknown[]): void {
  for (const a of versions) {
    if (scheme.compare(a, a) !== 0) throw new Error('a version differs from itself');
    for (const b of versions) {
      const order = scheme.compare(a, b);
      if (order + scheme.compare(b, a) !== 0) throw new Error('two versions are ordered both ways');
      for (const c of versions) {
        if (order <= 0 && scheme.compare(b, c) <= 0 && scheme.compare(a, c) > 0)
          throw new Error('an order goes round in a circle');
      }
    }
  }
}

async function runLayer(bytes: Buffer): Promise<void> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
  }
  const paths: string[] = [];
  await walkLayer(
    { bytes: pieces() },
    {
      entry(entry) {
        paths.push(entry.path);
        return { write: () => true, end: () => undefined };
      },
      problem: () => undefined,
    },
    { ...defaultLimits, layerBytes: 50_000_000 },
  );
  const escaping = paths.find((path) => path.startsWith('/') || path.split('/').includes('..'));
  if (escaping !== undefined) throw new Error(`a path outside of the image: ${escaping}`);
}

/** Ours makes of it what zlib does, or neither makes anything of it. */
async function runGzip(bytes: Buffer): Promise<void> {
  const expected = await promisify(gunzip)(bytes).catch(() => undefined);
  const pieces: Buffer[] = [];
  try {
    for await (const piece of gunzipped([bytes])) pieces.push(Buffer.from(piece));
  } catch (error) {
    if (!(error instanceof DeflateFault)) throw error;
    if (expected !== undefined) throw new Error('a fault where zlib finds none', { cause: error });
    return;
  }
  if (expected === undefined) throw new Error('inflated where zlib finds a fault');
  if (!expected.equals(Buffer.concat(pieces))) throw new Error('inflated to other bytes than by zlib');
}

async function runZip(bytes: Buffer): Promise<void> {
  let inflated = 0;
  for await (const entry of readZip(zipFileOf(bytes), () => true)) {
    if (entry.ok && entry.value.content.ok) inflated += entry.value.content.value.length;
  }
  if (inflated > 300 * Math.max(bytes.length, 1_000_000)) throw new Error(`${inflated} bytes out of ${bytes.length}`);
}

/** What is named is named in its ecosystem too. */
function runSbom(bytes: Buffer): Promise<void> {
  const sbom = readSbom(bytes);
  if (!sbom.ok) {
    checkProblems([sbom.error]);
    return Promise.resolve();
  }
  checkProblems(sbom.value.problems);
  for (const { extracted, ecosystem, release } of sbom.value.packages) {
    const pkg = ecosystem?.identify(extracted, release);
    if (pkg !== undefined && !/^pkg:[a-z]/.test(pkg.purl)) throw new Error(`a package URL that is none: ${pkg.purl}`);
    if (pkg !== undefined && ecosystem?.lookupKeys(pkg).length === 0) throw new Error('a package that nobody asks for');
  }
  return Promise.resolve();
}

function runXml(bytes: Buffer): Promise<void> {
  readXml(bytes);
  return Promise.resolve();
}
