import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { buildTar, sha256, tarHeader, type TarItem } from '@tidewaiter/testing';
import { wholeContent } from './content-sink';
import { walkLayer, type LayerBlob, type LayerEntry } from './layer-walk';
import { defaultLimits, type Limits } from './limits';

const items: TarItem[] = [
  { path: './etc/', directory: true },
  { path: './etc/hostname', content: 'box' },
  { path: './usr/big', content: 'b'.repeat(300_000) },
];
const tar = buildTar(items);

async function* streamed(bytes: Uint8Array, chunkBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes)
    yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
}

async function walkAny(stored: Uint8Array, expected: Partial<LayerBlob> = {}, limits: Partial<Limits> = {}) {
  const entries: LayerEntry[] = [];
  const contents: Record<string, string> = {};
  const problems: string[] = [];
  const result = await walkLayer(
    { bytes: streamed(stored), digest: sha256(stored), sizeBytes: stored.length, diffId: sha256(tar), ...expected },
    {
      entry: (entry) => {
        entries.push(entry);
        if (entry.kind !== 'file') return undefined;
        return wholeContent(entry.sizeBytes, (bytes) => void (contents[entry.path] = bytes.toString('utf8')));
      },
      problem: (problem) => void problems.push(problem.code),
    },
    { ...defaultLimits, ...limits },
  );
  return { entries, contents, problems, outcome: result.ok ? 'read' : result.error.code, result };
}

function entriesOf(list: TarItem[]): Promise<Awaited<ReturnType<typeof walkAny>>> {
  const layer = buildTar(list);
  return walkAny(layer, { diffId: sha256(layer) });
}

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

describe.each(['beside', 'here'] as const)('walkLayer, with gzip inflated %s', (inflating) => {
  const walk = (stored: Uint8Array, expected: Partial<LayerBlob> = {}, limits: Partial<Limits> = {}) =>
    walkAny(stored, { inflating, ...expected }, limits);

  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  it.each([
    ['a plain tar', tar],
    ['gzip', gzipSync(tar)],
    ['gzip of several members', Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))])],
    ['zstd', zstdCompressSync(tar)],
    [
      'zstd of several frames',
      Buffer.concat([zstdCompressSync(tar.subarray(0, 1000)), zstdCompressSync(tar.subarray(1000))]),
    ],
    ['zstd with skippable frames (zstd:chunked)', Buffer.concat([skippable, zstdCompressSync(tar), skippable])],
  ])('reads %s, whatever the media type says', async (_name, stored) => {
    const { outcome, contents, result } = await walk(stored);
    expect(outcome).toBe('read');
    expect(contents['etc/hostname']).toBe('box');
    expect(contents['usr/big']).toHaveLength(300_000);
    expect(result).toMatchObject({ value: { entries: 3, storedBytes: stored.length, uncompressedBytes: tar.length } });
  });

  it('reads a frame for each file, and a million blocks of nothing, as fast as one frame (zstd:chunked)', async () => {
    const many = Array.from({ length: 40_000 }, (_, at) => [
      zstdCompressSync(Buffer.alloc(512), { params: { [constants.ZSTD_c_checksumFlag]: at % 2 } }),
      ...(at % 3 === 0 ? [skippable] : []),
    ]);
    const frames = Buffer.concat([zstdCompressSync(tar), ...many.flat()]);
    // A frame of a window of 2 MiB; each block is empty, is raw and is not the last, but one.
    const empty = Buffer.alloc(3 * 1_000_000);
    empty[empty.length - 3] = 1;
    const blocks = Buffer.concat([zstdCompressSync(tar), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), empty]);
    // Nothing about speed: a million blocks that are looked at anew for each take minutes.
    const begin = performance.now();
    for (const stored of [frames, blocks]) expect((await walk(stored)).contents['etc/hostname']).toBe('box');
    expect(performance.now() - begin).toBeLessThan(20_000);
  }, 40_000);

  it('follows zstd frames through pieces of any size, and notices where the last one is cut', async () => {
    const small = buildTar([{ path: 'etc/hostname', content: 'box' }]);
    const halves = [small.subarray(0, 700), small.subarray(700)].map((half) => zstdCompressSync(half));
    const stored = Buffer.concat([skippable, halves[0] ?? skippable, skippable, halves[1] ?? skippable, skippable]);
    for (const size of [1, 2, 3, 5, 11]) {
      const { outcome, contents } = await walk(stored, { bytes: piecesOf(stored, size), diffId: sha256(small) });
      expect([outcome, contents['etc/hostname']]).toEqual(['read', 'box']);
    }
    const whole = [0, skippable.length, skippable.length + (halves[0]?.length ?? 0)];
    for (let end = 1; end < stored.length - skippable.length; end++) {
      const isCut = !whole.includes(end) && end !== (whole[2] ?? 0) + skippable.length;
      const { outcome } = await walk(stored.subarray(0, end), { diffId: sha256(small) });
      expect([end, outcome === 'layer-truncated' || outcome === 'layer-compression-unsupported']).toEqual([end, isCut]);
    }
  });

  it('reads an empty layer and an empty blob', async () => {
    const empty = buildTar([]);
    expect(await walk(gzipSync(empty), { diffId: sha256(empty) })).toMatchObject({ outcome: 'read', entries: [] });
    expect(await walk(Buffer.alloc(0), { diffId: sha256(Buffer.alloc(0)) })).toMatchObject({ outcome: 'read' });
  });

  it('names what is wrong with the bytes', async () => {
    const stored = gzipSync(tar);
    const other = sha256(Buffer.from('other'));
    expect((await walk(stored, { digest: other })).outcome).toBe('layer-digest-mismatch');
    expect((await walk(stored, { diffId: other })).outcome).toBe('layer-diff-id-mismatch');
    expect((await walk(tar, { digest: sha256(tar), diffId: other })).outcome).toBe('layer-diff-id-mismatch');
    expect((await walk(stored, { sizeBytes: stored.length + 1 })).outcome).toBe('layer-size-mismatch');
    expect((await walk(stored, { sizeBytes: stored.length - 1 })).outcome).toBe('layer-size-mismatch');
  });

  it('takes the tar for what its image states where only zeros at its end are left out (zstd:chunked)', async () => {
    const ended = Math.ceil(tar.length / 10_240) * 10_240;
    for (const sizeBytes of [tar.length + 512, ended - 512, ended]) {
      const padded = Buffer.concat([tar, Buffer.alloc(sizeBytes - tar.length)]);
      const { outcome, contents } = await walk(zstdCompressSync(tar), { diffId: sha256(padded) });
      expect([outcome, contents['etc/hostname']]).toEqual(['read', 'box']);
    }
    const unended = buildTar(items, { endMarker: false });
    expect((await walk(gzipSync(unended), { diffId: sha256(tar) })).outcome).toBe('read');
    const others = [
      Buffer.concat([tar, Buffer.alloc(511)]),
      Buffer.concat([tar, Buffer.alloc(512, 1)]),
      Buffer.concat([tar, Buffer.alloc(21 * 512)]),
      tar.subarray(0, -512),
    ];
    for (const other of others) {
      expect((await walk(zstdCompressSync(tar), { diffId: sha256(other) })).outcome).toBe('layer-diff-id-mismatch');
    }
  });

  it('does not take a compressed blob for the tar that the config promises under the same digest', async () => {
    const stored = gzipSync(tar);
    expect((await walk(stored, { diffId: sha256(stored) })).outcome).toBe('layer-diff-id-mismatch');
  });

  it('calls a damaged transfer by its name, although it looks like a broken archive first', async () => {
    for (const sound of [gzipSync(tar), zstdCompressSync(tar), tar]) {
      const damaged = Buffer.from(sound);
      for (let at = 20; at < 60; at++) damaged[at] = 0xff;
      expect((await walk(damaged, { digest: sha256(sound) })).outcome).toBe('layer-digest-mismatch');
    }
    const cut = gzipSync(tar).subarray(0, 100);
    expect((await walk(cut, { digest: sha256(gzipSync(tar)), sizeBytes: gzipSync(tar).length })).outcome).toBe(
      'layer-size-mismatch',
    );
  });

  it('names an archive that was published broken', async () => {
    expect((await walk(gzipSync(tar).subarray(0, 100))).outcome).toBe('layer-truncated');
    expect((await walk(zstdCompressSync(tar).subarray(0, 30))).outcome).toBe('layer-truncated');
    expect((await walk(Buffer.concat([zstdCompressSync(tar), Buffer.from('tail')]))).outcome).toBe(
      'layer-compression-invalid',
    );
    expect((await walk(gzipSync(tar.subarray(0, 1700)))).outcome).toBe('tar-truncated');
    expect((await walk(gzipSync(Buffer.alloc(600, 0x41)))).outcome).toBe('tar-header-invalid');
    expect((await walk(Buffer.from('BZh91AY&SY'))).outcome).toBe('layer-compression-unsupported');
    expect((await walk(Buffer.from('\xfd7zXZ\0', 'latin1'))).outcome).toBe('layer-compression-unsupported');
    expect((await walk(Buffer.from('<html>not a layer</html>'))).outcome).toBe('layer-compression-unsupported');
  });

  it('stops a bomb while it unpacks', async () => {
    const bomb = gzipSync(Buffer.alloc(4_000_000));
    expect((await walk(bomb, {}, { ratioFloorBytes: 1_000_000, ratio: 200 })).outcome).toBe('layer-bomb');
    expect((await walk(bomb, {}, { layerBytes: 1_000_000 })).outcome).toBe('layer-too-large');
    const frames = Buffer.concat(Array.from({ length: 20 }, () => zstdCompressSync(Buffer.alloc(200_000))));
    expect((await walk(frames, {}, { ratioFloorBytes: 1_000_000, ratio: 200 })).outcome).toBe('layer-bomb');
  });

  it('passes an error of the source on as it is', async () => {
    const failure = new Error('connection lost');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(gzipSync(tar).subarray(0, 50));
      throw failure;
    }
    await expect(walk(tar, { bytes: failing() })).rejects.toBe(failure);
  });

  it('stops when asked to', async () => {
    const visitor = { entry: () => undefined, problem: () => undefined };
    const walking = walkLayer(
      { bytes: streamed(gzipSync(tar)), inflating },
      visitor,
      defaultLimits,
      AbortSignal.abort(),
    );
    await expect(walking).rejects.toThrow('abort');
  });

  it('tells whiteouts from files (OCI layer.md)', async () => {
    const { entries } = await entriesOf([
      { path: 'etc/.wh.passwd', content: '' },
      { path: '.wh.srv', content: '' },
      { path: 'var/.wh..wh..opq', content: '' },
      { path: '.wh..wh..opq', content: '' },
      { path: '.wh..wh.plnk', directory: true },
      { path: '.wh..wh.aufs', content: '' },
      { path: 'etc/.wh.', content: '' },
      { path: 'etc/.wh...', content: '' },
      { path: 'etc/wh.real', content: '' },
    ]);
    expect(entries).toEqual([
      { kind: 'whiteout', path: 'etc/passwd' },
      { kind: 'whiteout', path: 'srv' },
      { kind: 'opaque', path: 'var' },
      { kind: 'opaque', path: '' },
      { kind: 'file', path: 'etc/wh.real', sizeBytes: 0, mode: 0o644 },
    ]);
  });

  it('reads an entry of an unknown type as tar does, and says that runtimes refuse it', async () => {
    const content = Buffer.from('1'.padEnd(512, '\0'));
    const raw = Buffer.concat([tarHeader({ name: 'opt/version', typeFlag: 'Q', sizeBytes: 1 }), content]);
    const { contents, problems, outcome } = await entriesOf([{ raw }, { path: 'ok', content: 'x' }]);
    expect([outcome, problems, contents]).toEqual([
      'read',
      ['layer-entry-type-unknown'],
      { 'opt/version': '1', ok: 'x' },
    ]);
  });

  it('leaves out an entry that climbs out of the image, says so and goes on', async () => {
    const { entries, problems, outcome } = await entriesOf([
      { path: '../../etc/cron.d/evil', content: 'x' },
      { path: 'ok', content: 'x' },
    ]);
    expect([outcome, problems, entries.map((entry) => entry.path)]).toEqual([
      'read',
      ['layer-entry-path-invalid'],
      ['ok'],
    ]);
  });
});
