import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildTar, describeWithTool, padded, paxRecord, tarHeader, withChecksum } from '@tidewaiter/testing';
import { wholeContent } from '../content-sink';
import { TarFault } from './tar-header';
import { TarReader } from './tar-reader';

interface Seen {
  readonly name: string;
  readonly kind: string;
  readonly content: Buffer | undefined;
}

function read(tar: Uint8Array, chunkBytes = 65536, wants = (_: string): boolean => true): Seen[] {
  const seen: { name: string; kind: string; content: Buffer | undefined }[] = [];
  const reader = new TarReader(
    {
      entry: ({ name, kind, sizeBytes, realBytes }) => {
        const last: (typeof seen)[number] = { name, kind, content: undefined };
        seen.push(last);
        if (!wants(name) || (kind === 'sparse' && realBytes === undefined)) return undefined;
        return wholeContent(realBytes ?? sizeBytes, (bytes) => (last.content = bytes));
      },
    },
    { entriesPerLayer: 1000, pathBytes: 4096 },
  );
  for (let at = 0; at < tar.length; at += chunkBytes) reader.write(Buffer.from(tar.subarray(at, at + chunkBytes)));
  reader.end();
  return seen;
}

const block = 16 * 1024;
const long = `${'directory-with-a-long-name/'.repeat(6)}file`;

/** Where there is something else than a hole: [offset, text]. */
const files: readonly (readonly [name: string, sizeBytes: number, pieces: readonly (readonly [number, string])[]])[] = [
  [
    'begins-with-a-hole',
    300_000,
    [
      [8192, 'hello'.repeat(300)],
      [200_000, 'world'.repeat(1000)],
    ],
  ],
  [
    'ends-with-a-hole',
    400_001,
    [
      [0, 'begin'],
      [5 * block, 'middle'],
    ],
  ],
  ['goes-on', 60 * block, Array.from({ length: 59 }, (_, at) => [at * block, `piece ${at}`] as const)],
  ['nothing-else', 100_000, []],
  [long, 70_000, [[4096, 'x']]],
  ['plain', 5, [[0, 'plain']]],
];

describeWithTool('tar', 'sparse files, as GNU tar writes them', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tidewaiter-sparse-'));
    mkdirSync(join(directory, dirname(long)), { recursive: true });
    for (const [name, sizeBytes, pieces] of files) {
      const file = openSync(join(directory, name), 'w');
      for (const [offset, text] of pieces) writeSync(file, text, offset);
      ftruncateSync(file, sizeBytes);
      closeSync(file);
    }
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const formats = [['--format=gnu'], ['--format=oldgnu'], ...['0.0', '0.1', '1.0'].map(paxArguments)];

  it.each(formats)('are read with their holes: %s %s', (...args) => {
    const names = files.map(([name]) => name);
    const made = spawnSync('tar', ['--sparse', ...args, '-cf', '-', '-C', directory, ...names], {
      maxBuffer: 1 << 26,
    });
    expect(made.status).toBe(0);
    for (const chunkBytes of [300, 512, 1000, 1 << 20]) {
      const seen = read(made.stdout, chunkBytes);
      expect(seen.map(({ name }) => name)).toEqual(names);
      expect(seen.filter(({ kind }) => kind === 'sparse')).not.toHaveLength(0);
      for (const { name, content } of seen) {
        expect(content?.equals(readFileSync(join(directory, name)))).toBe(true);
      }
    }
  });

  it.each(formats)('are stepped over where nobody wants them: %s %s', (...args) => {
    const names = files.map(([name]) => name);
    const made = spawnSync('tar', ['--sparse', ...args, '-cf', '-', '-C', directory, ...names], {
      maxBuffer: 1 << 26,
    });
    const seen = read(made.stdout, 700, (name) => name === 'plain');
    expect(seen.map(({ name, content }) => [name, content?.toString()])).toEqual(
      names.map((name) => [name, name === 'plain' ? 'plain' : undefined]),
    );
  });
});

function paxArguments(version: string): string[] {
  return ['--format=posix', `--sparse-version=${version}`];
}

/** A pax header and an entry of this content. */
function pax(records: readonly (readonly [string, string])[], content = 'hello'): Buffer {
  const body = Buffer.concat(records.map(([key, value]) => paxRecord(key, value)));
  return Buffer.concat([
    tarHeader({ name: 'PaxHeader', typeFlag: 'x', sizeBytes: body.length }),
    padded(body),
    tarHeader({ name: 'f', typeFlag: '0', sizeBytes: content.length }),
    padded(Buffer.from(content)),
  ]);
}

function old(realBytes: number, ranges: readonly (readonly [number, number])[], goesOn: boolean): Buffer {
  const header = tarHeader({ name: 'f', typeFlag: 'S', sizeBytes: 5, format: 'gnu' });
  for (const [index, range] of ranges.entries()) {
    for (const [at, number] of range.entries()) header.write(octal(number), 386 + index * 24 + at * 12, 'latin1');
  }
  if (goesOn) header[482] = 1;
  header.write(octal(realBytes), 483, 'latin1');
  return withChecksum(header);
}

function octal(number: number): string {
  return `${number.toString(8).padStart(11, '0')}\0`;
}

function contents(raw: Buffer): (string | undefined)[] {
  return read(buildTar([{ raw }, { path: 'next', content: 'n' }])).map(({ content }) => content?.toString());
}

function codeOf(raw: Buffer): string {
  try {
    contents(raw);
    return 'none';
  } catch (fault) {
    if (fault instanceof TarFault) return fault.code;
    throw fault;
  }
}

describe('a sparse file', () => {
  it.each([
    [
      '0.1',
      [
        ['GNU.sparse.size', '7'],
        ['GNU.sparse.map', '1,5'],
      ] as const,
      'hello',
    ],
    [
      '1.0',
      [
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.realsize', '7'],
      ] as const,
      `1\n1\n5\n${'\0'.repeat(506)}hello`,
    ],
  ])('of a few bytes, pax format %s', (_, records, content) => {
    expect(contents(pax(records, content))).toEqual(['\0hello\0', 'n']);
  });

  it('of the old format, with a map that goes on and has no more', () => {
    const raw = Buffer.concat([old(7, [[1, 5]], true), Buffer.alloc(512), padded(Buffer.from('hello'))]);
    expect(contents(raw)).toEqual(['\0hello\0', 'n']);
  });

  it('of a format that is not known, or of which the holes are too large, is told apart and stepped over', () => {
    const unknown = pax([
      ['GNU.sparse.major', '2'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.realsize', '7'],
    ]);
    const large = pax([
      ['GNU.sparse.size', String(2 ** 31)],
      ['GNU.sparse.map', '0,5'],
    ]);
    for (const raw of [unknown, large]) {
      expect(read(buildTar([{ raw }, { path: 'next', content: 'n' }])).map(({ kind }) => kind)).toEqual([
        'sparse',
        'file',
      ]);
      expect(contents(raw)).toEqual([undefined, 'n']);
    }
  });

  it('one of many whose holes are too large together', () => {
    const size = 400 * 1024 * 1024;
    const raw = pax([
      ['GNU.sparse.size', String(size)],
      ['GNU.sparse.map', '0,5'],
    ]);
    let whole = 0;
    const reader = new TarReader(
      {
        entry: ({ realBytes }) => {
          if (realBytes === undefined) return undefined;
          whole++;
          return { write: () => false, end: () => undefined };
        },
      },
      { entriesPerLayer: 1000, pathBytes: 4096 },
    );
    reader.write(buildTar([{ raw }, { raw }, { raw }, { raw }]));
    reader.end();
    expect(whole).toBe(2);
  });

  it.each([
    [
      'ranges that overlap',
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '1,3,2,2'],
      ]),
    ],
    [
      'a range behind its end',
      pax([
        ['GNU.sparse.size', '5'],
        ['GNU.sparse.map', '1,5'],
      ]),
    ],
    [
      'ranges of less than is stored',
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '1,4'],
      ]),
    ],
    [
      'ranges of more than is stored',
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '1,6'],
      ]),
    ],
    [
      'half a range',
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '1,5,9'],
      ]),
    ],
    ['no size', pax([['GNU.sparse.map', '1,5']])],
    [
      'a size that is no number',
      pax([
        ['GNU.sparse.size', '0x9'],
        ['GNU.sparse.map', '1,5'],
      ]),
    ],
    [
      'a map without an end',
      pax(
        [
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.minor', '0'],
          ['GNU.sparse.realsize', '9'],
        ],
        '1\n1\n5',
      ),
    ],
    [
      'a map of too many',
      pax(
        [
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.minor', '0'],
          ['GNU.sparse.realsize', '9'],
        ],
        `999999999\n1\n5\n${'\0'.repeat(600)}`,
      ),
    ],
    [
      'ranges of the old format that do not fit',
      Buffer.concat([old(7, [[3, 5]], false), padded(Buffer.from('hello'))]),
    ],
  ])('with %s is malformed, as it is for the runtimes', (_, raw) => {
    expect(codeOf(raw)).toBe('tar-header-invalid');
  });
});
