import { gzipSync } from 'node:zlib';
import type { Advisory } from '@tidewaiter/contracts';
import { contentHash, enrichmentSources, feeds, isFeedProblem, type Source } from '@tidewaiter/feeds';
import { decompress, DecompressionFault, readTarFiles, TarFault, zipFileOf } from '@tidewaiter/formats';
import { vexSource } from '@tidewaiter/vex';
import { feedDocuments } from './feed-documents';
import { checkProblems, tarOf, type Target } from './parser-checks';
import type { Seed } from './seeds';

/** Everything that is read as a feed, each with what it is read from: plain and packed. */
export function feedTargets(): readonly Target[] {
  const advisories = feeds.map((feed) =>
    sourceTarget(feed, (item: Advisory) => {
      checkAdvisory(item);
    }),
  );
  const others = [...enrichmentSources, vexSource].map((source) => sourceTarget<object>(source, checkDates));
  const documents = Object.values(feedDocuments).flat();
  return [
    ...advisories,
    ...others,
    { name: 'bzip2', seeds: [{ path: 'x.bz2', bytes: bzip2Example }], run: (_path, bytes) => runDecompress(bytes) },
    {
      name: 'gzip',
      seeds: documents.slice(0, 5).map(({ path, bytes }) => ({ path: `${path}.gz`, bytes: gzipSync(bytes) })),
      run: (_path, bytes) => runDecompress(bytes),
    },
    { name: 'tar of documents', seeds: tarExamples(documents), run: (_path, bytes) => runTar(bytes) },
  ];
}

function sourceTarget<Item extends object>(
  source: Pick<Source<Item>, 'id' | 'parse'>,
  check: (item: Item) => void,
): Target {
  return {
    name: `feed ${source.id}`,
    seeds: feedDocuments[source.id] ?? [],
    async run(path, bytes) {
      const file = { name: path, ...zipFileOf(bytes) };
      const part = {
        name: 'part',
        async *files() {
          yield await Promise.resolve(file);
        },
      };
      for await (const item of source.parse({ parts: [part] })) {
        if (isFeedProblem(item)) checkProblems([item]);
        else check(item);
      }
    },
  };
}

/** What is stored and compared later: names of a size that indexes take, times that are times. */
function checkAdvisory(advisory: Advisory): void {
  const { id, modified, published, withdrawn, affected, aliases, upstream } = advisory;
  for (const name of [id, ...aliases, ...upstream]) {
    if (name === '' || name.length > 4096) throw new Error(`a name of ${name.length} characters`);
  }
  for (const time of [modified, published, withdrawn]) {
    if (time !== undefined && Number.isNaN(Date.parse(time))) throw new Error(`a time that is none`);
  }
  for (const { ecosystem, name, ranges } of affected) {
    if (ecosystem === '' || name === '') throw new Error(`a package without a name in "${ecosystem}"`);
    if (ranges.some(({ events }) => events.length === 0)) throw new Error('a range without a bound');
  }
  contentHash(advisory);
}

/** Dates and probabilities of every kind of item, wherever it has them. */
function checkDates(item: object): void {
  for (const [key, value] of Object.entries(item)) {
    if (typeof value === 'number' && !(value >= 0 && value <= 1)) throw new Error(`${key} is no probability`);
    if (typeof value === 'string' && /On$|Date$/.test(key) && !/^\d{4}-\d{2}-\d{2}$/.test(value)) {
      throw new Error(`${key} is no day`);
    }
  }
}

const maxUnpackedBytes = 64 * 1024 * 1024;

async function runDecompress(bytes: Buffer): Promise<void> {
  try {
    for await (const piece of decompress(zipFileOf(bytes), maxUnpackedBytes)) {
      if (piece.length > 16 * 1024 * 1024) throw new Error(`a piece of ${piece.length} bytes`);
    }
  } catch (error) {
    if (!(error instanceof DecompressionFault)) throw error;
    checkProblems([error]);
  }
}

async function runTar(bytes: Buffer): Promise<void> {
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 700) yield await Promise.resolve(bytes.subarray(at, at + 700));
  }
  let held = 0;
  try {
    for await (const { content } of readTarFiles(pieces(), () => true, { maxFiles: 1_000, maxFileBytes: 1_000_000 })) {
      held += content?.length ?? 0;
    }
  } catch (error) {
    if (!(error instanceof TarFault)) throw error;
    checkProblems([error]);
  }
  if (held > bytes.length) throw new Error(`${held} bytes out of ${bytes.length}`);
}

/** Short names, and long ones as GNU and as POSIX write them. */
function tarExamples(documents: readonly Seed[]): readonly Seed[] {
  const [first = { path: 'a.json', bytes: Buffer.from('{}') }, ...others] = documents.slice(0, 4);
  const long = `${'directory/'.repeat(20)}a.json`;
  const record = ` path=${long}\n`;
  const pax = `${record.length + 3}${record}`;
  const end = Buffer.alloc(1024);
  const withoutEnd = (files: readonly Seed[], type?: string) => tarOf(files, type).subarray(0, -end.length);
  return [
    { path: 'plain.tar', bytes: tarOf([first, ...others]) },
    {
      path: 'gnu.tar',
      bytes: Buffer.concat([
        withoutEnd([{ path: '././@LongLink', bytes: Buffer.from(`${long}\0`) }], 'L'),
        tarOf([first]),
      ]),
    },
    {
      path: 'pax.tar',
      bytes: Buffer.concat([withoutEnd([{ path: 'PaxHeader', bytes: Buffer.from(pax) }], 'x'), tarOf([first])]),
    },
  ];
}

/** Made by bzip2 1.0.8 of a line that repeats itself. */
const bzip2Example = Buffer.from(
  'QlpoOTFBWSZTWbYlAsIAAAZZgAAQUAAgECJEgAogADEDQNAZRoejKRlS0GVYZgO58XckU4UJC2JQLCA=',
  'base64',
);
