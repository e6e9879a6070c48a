import { createHash } from 'node:crypto';
import { extracted } from '../spec-extraction';
import { dotnetBundle } from './dotnet-bundle';

const deps = JSON.stringify({
  runtimeTarget: { name: 't/linux-x64' },
  targets: {
    't/linux-x64': {
      'Newtonsoft.Json/12.0.1': { runtime: { 'a.dll': {} } },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1': { native: { 'b.so': {} } },
    },
  },
  libraries: {
    'Newtonsoft.Json/12.0.1': { type: 'package' },
    'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1': { type: 'runtimepack' },
  },
});

interface Plan {
  readonly major: number;
  readonly host?: number;
  readonly headerOffset?: bigint;
  readonly depsBytes?: bigint;
  readonly text?: string;
}

/** A host with the place of the header, the files, and the header at the end: the layout of the design document. */
function bundle({ major, host = 5000, headerOffset, depsBytes, text = deps }: Plan): Buffer {
  const content = Buffer.from(text);
  const depsOffset = BigInt(host + 40);
  const files = Buffer.concat([content, Buffer.from('and the assemblies')]);
  const start = Buffer.alloc(host, 0x7f);
  const signature = createHash('sha256').update('.net core bundle\n').digest();
  const place = numbers(headerOffset ?? BigInt(host + 40 + files.length));
  const size = depsBytes ?? BigInt(content.length);
  const id = lengthed('bundle-id');
  const fixed = Buffer.alloc(12);
  fixed.writeUInt32LE(major, 0);
  fixed.writeUInt32LE(2, 8);
  const entries = [
    [numbers(1n, 1n), Buffer.from([1]), lengthed(`${'deep/'.repeat(40)}App.dll`)],
    [numbers(depsOffset, size), Buffer.from([3]), lengthed('App.deps.json')],
  ].flat();
  const places = major >= 2 ? [numbers(depsOffset, size, 0n, 0n, 0n)] : [];
  return Buffer.concat([start, place, signature, files, fixed, id, ...places, ...entries]);
}

function numbers(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8);
  return bytes;
}

function lengthed(text: string): Buffer {
  const length = text.length < 0x80 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7];
  return Buffer.concat([Buffer.from(length), Buffer.from(text)]);
}

async function read(bytes: Buffer): Promise<readonly string[]> {
  const { packages, problems } = await extracted(dotnetBundle, 'app/App', bytes);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const found = ['Newtonsoft.Json@12.0.1', 'Microsoft.NETCore.App.Runtime.linux-x64@6.0.1'];

describe('a single-file program', () => {
  it.each([1, 2, 6])('has the packages of its deps.json, header version %i', async (major) => {
    expect(await read(bundle({ major }))).toEqual(found);
  });

  it.each([1024 * 1024 - 20, 1024 * 1024 - 41, 2 * 1024 * 1024])('is found behind a host of %i bytes', async (host) => {
    expect(await read(bundle({ major: 6, host }))).toEqual(found);
  });

  it('is no bundle without a place of the header, or without the signature', async () => {
    expect(await read(bundle({ major: 6, headerOffset: 0n }))).toEqual([]);
    expect(await read(bundle({ major: 6, headerOffset: (1n << 63n) + 1n }))).toEqual([]);
    expect(await read(Buffer.alloc(3_000_000, 0x7f))).toEqual([]);
  });

  it('is not searched for in a program with nothing behind its sections', async () => {
    const program = bundle({ major: 6 });
    program.write('\x7fELF\x02\x01', 'latin1');
    program.writeUInt16LE(64, 0x3a);
    program.writeUInt16LE(1, 0x3c);
    program.writeBigUInt64LE(100n, 0x28);
    program.writeBigUInt64LE(1000n, 100 + 24);
    program.writeBigUInt64LE(4000n, 100 + 32);
    expect(await read(program)).toEqual(found);
    program.writeBigUInt64LE(BigInt(program.length - 1000), 100 + 32);
    expect(await read(program)).toEqual([]);
  });

  it.each<[string, Partial<Plan>]>([
    ['header lies behind its end', { headerOffset: 1n << 40n }],
    ['deps.json ends behind its end', { depsBytes: 1n << 40n }],
    ['deps.json is empty', { depsBytes: 0n }],
    ['deps.json is none', { text: 'assembly' }],
  ])('whose %s is a problem', async (_, wrong) => {
    for (const major of [1, 6]) expect(await read(bundle({ major, ...wrong }))).toEqual(['dotnet-bundle-invalid']);
  });

  it('cut anywhere before the end of its list never throws', async () => {
    const bytes = bundle({ major: 1, host: 10 });
    for (let length = 0; length < bytes.length - 'App.deps.json'.length; length += 7) {
      expect(await read(bytes.subarray(0, length))).toEqual(length < 50 ? [] : ['dotnet-bundle-invalid']);
    }
  });
});
