import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@tidewaiter/contracts';
import {
  buildDockerArchive,
  buildImage,
  buildLayer,
  buildOciArchive,
  sha256,
  writeOciLayout,
  type TarItem,
  buildTar,
} from '@tidewaiter/testing';
import { archiveManifestType, readDocument } from '../documents/documents';
import { defaultLimits } from '../limits';
import { openTarget, type Target } from './open-target';

const files: TarItem[] = [{ path: 'etc/hostname', content: 'box' }];
const layer = buildLayer(files);
const plain = buildLayer(files, { compression: 'none' });
const image = buildImage({ layers: [layer] });
const other = buildImage({ layers: [layer, layer] });

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-target-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

/** Everything a reader would ask for: the format, the manifest's media type and the bytes of each layer. */
async function contents(
  target: Target,
): Promise<{ format: string; mediaType: string; digest: string; layers: string[] }> {
  if (target.kind !== 'image') throw new Error('not an image');
  const { source, format } = target;
  const descriptor = await source.resolve();
  const document = readDocument(await source.manifest(descriptor), descriptor, defaultLimits);
  if (!document.ok || document.value.kind !== 'manifest') throw new Error('no manifest');
  const layers: string[] = [];
  for (const entry of document.value.manifest.layers) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await source.blob(entry)) chunks.push(chunk);
    expect(sha256(Buffer.concat(chunks))).toBe(entry.digest);
    layers.push(entry.digest);
  }
  await source.close();
  return { format, mediaType: descriptor.mediaType, digest: descriptor.digest, layers };
}

describe('openTarget', () => {
  it('reads an OCI layout directory', async () => {
    await writeOciLayout(directory, [{ image, tag: 'one' }]);
    const seen = await contents(await openTarget(directory));
    expect(seen).toMatchObject({
      format: 'oci-layout',
      digest: image.descriptor.digest,
      layers: [sha256(layer.bytes)],
    });
  });

  it('reads an OCI layout as a tar, and one that is gzipped as a whole', async () => {
    const archive = buildOciArchive([{ image, tag: 'one' }]);
    const expected = { format: 'oci-archive', digest: image.descriptor.digest };
    expect(await contents(await openTarget(await file('a.tar', archive)))).toMatchObject(expected);
    expect(await contents(await openTarget(await file('a.tar.gz', gzipSync(archive))))).toMatchObject(expected);
  });

  it.each(['old', 'blobs'] as const)(
    'reads what docker save writes (%s layout), manifest.json last',
    async (layout) => {
      const archive = buildDockerArchive({ layers: [plain] }, { layout });
      const seen = await contents(await openTarget(await file('a.tar', archive)));
      expect(seen).toMatchObject({ format: 'docker-archive', mediaType: archiveManifestType, layers: [plain.diffId] });
    },
  );

  it('follows the links that docker save of old writes for equal layers', async () => {
    const archive = buildDockerArchive({ layers: [plain, plain] }, { layout: 'old' });
    expect((await contents(await openTarget(await file('a.tar', archive)))).layers).toEqual([
      plain.diffId,
      plain.diffId,
    ]);
  });

  it('describes a compressed layer of a docker archive by the bytes that are there', async () => {
    const archive = buildDockerArchive({ layers: [layer] }, { layout: 'old' });
    expect((await contents(await openTarget(await file('a.tar', archive)))).layers).toEqual([sha256(layer.bytes)]);
  });

  it('chooses by tag when a layout holds several images', async () => {
    await writeOciLayout(directory, [
      { image, tag: 'one' },
      { image: other, tag: 'two' },
    ]);
    expect((await contents(await openTarget(`${directory}:two`))).digest).toBe(other.descriptor.digest);
    const ambiguous = await openTarget(directory);
    await expect(ambiguous.kind === 'image' && ambiguous.source.resolve()).rejects.toThrow('one, two');
    const absent = await openTarget(`${directory}:three`);
    await expect(absent.kind === 'image' && absent.source.resolve()).rejects.toThrow('no image "three"');
  });

  it('tells images of one tag apart by the full names that docker save writes', async () => {
    await writeOciLayout(directory, [
      { image, tag: '1', fullName: 'docker.io/library/first:1' },
      { image: other, tag: '1', fullName: 'docker.io/library/second:1' },
    ]);
    const ambiguous = 'several images: docker.io/library/first:1, docker.io/library/second:1';
    await expect(contents(await openTarget(directory))).rejects.toThrow(ambiguous);
    await expect(contents(await openTarget(`${directory}:1`))).rejects.toThrow(ambiguous);
    expect((await contents(await openTarget(`${directory}:second:1`))).digest).toBe(other.descriptor.digest);
    expect((await contents(await openTarget(`${directory}:library/first:1`))).digest).toBe(image.descriptor.digest);
  });

  it.each([[{}], [{ tag: '1' }]])('takes neither of two images that nothing tells apart (%j)', async (names) => {
    await writeOciLayout(directory, [
      { image, ...names },
      { image: other, ...names },
    ]);
    await expect(contents(await openTarget(directory))).rejects.toThrow(other.descriptor.digest);
    const { digest } = other.descriptor;
    expect((await contents(await openTarget(`${directory}:${digest}`))).digest).toBe(digest);
  });

  it('reads the image beside which its signature lies without a name', async () => {
    const signed = { ...plain, mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' };
    await writeOciLayout(directory, [{ image }, { image: buildImage({ layers: [signed] }) }]);
    const target = await openTarget(directory);
    expect(target.kind === 'image' && (await target.source.resolve()).mediaType).toBe(mediaTypes.ociIndex);
  });

  it('wants no name where all of them are the same image’s', async () => {
    await writeOciLayout(directory, [
      { image, tag: 'one' },
      { image, tag: 'two' },
    ]);
    expect((await contents(await openTarget(directory))).digest).toBe(image.descriptor.digest);
  });

  it('reads of a docker archive what is there, and misses a layer only when that is asked for', async () => {
    const config = { rootfs: { type: 'layers', diff_ids: [plain.diffId] } };
    const list = [{ Config: 'config.json', Layers: ['gone/layer.tar'] }];
    const archive = buildTar([
      { path: 'config.json', content: JSON.stringify(config) },
      { path: 'manifest.json', content: JSON.stringify(list) },
    ]);
    const target = await openTarget(await file('a.tar', archive));
    await expect(contents(target)).rejects.toThrow(`has no blob ${plain.diffId}`);
  });

  it('reads an OCI layout whose marker was left behind', async () => {
    await writeOciLayout(directory, [{ image, tag: 'one' }]);
    await rm(join(directory, 'oci-layout'));
    expect((await contents(await openTarget(directory))).digest).toBe(image.descriptor.digest);
  });

  it('reads what docker save writes also where it was unpacked', async () => {
    await file('a.tar', buildDockerArchive({ layers: [plain] }));
    spawnSync('tar', ['-C', directory, '-xf', join(directory, 'a.tar')]);
    expect((await contents(await openTarget(directory))).layers).toEqual([plain.diffId]);
  });

  it('does not take an image of skopeo’s "dir:" for a root file system, and says what to do', async () => {
    await file('version', Buffer.from('Directory Transport Version: 1.1\n'));
    await file('manifest.json', Buffer.from('{"schemaVersion":2}'));
    await expect(openTarget(directory)).rejects.toThrow(`skopeo copy dir:${directory} oci:`);
  });

  it.each(['index.json', 'manifest.json', 'version'])(
    'takes a directory with some other %s for a root file system',
    async (name) => {
      for (const content of ['', '{"a":1}', '[]', 'null']) {
        await file(name, Buffer.from(content));
        expect((await openTarget(directory)).kind).toBe('rootfs');
      }
    },
  );

  it('takes any other directory for a root file system', async () => {
    await mkdir(join(directory, 'etc'));
    expect(await openTarget(directory)).toEqual({ kind: 'rootfs', path: directory });
  });

  it.each([
    ['JSON', Buffer.from('\ufeff\n{"bomFormat"')],
    ['XML', Buffer.from('<?xml')],
    ['SPDX lines', Buffer.from('# a comment\nSPDXVersion: SPDX-2.3')],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
    ['gzipped JSON', gzipSync('{"bomFormat": "CycloneDX"}')],
  ])('takes %s for a document and hands its bytes on, at most so many', async (_what, bytes) => {
    const target = await openTarget(await file('x', bytes));
    if (target.kind !== 'document') throw new Error(target.kind);
    expect(Buffer.from(await target.read(1000))).toEqual(bytes);
    expect(await target.read(3)).toHaveLength(3);
  });

  it('says what is wrong with anything else', async () => {
    const codeOf = (path: string) =>
      openTarget(path).then(
        () => 'opened',
        (error: { code: string }) => error.code,
      );
    expect(await codeOf(join(directory, 'absent'))).toBe('target-not-found');
    expect(await codeOf(await file('note.txt', Buffer.from('hello')))).toBe('target-invalid');
    expect(await codeOf(await file('other.tar', buildTar(files)))).toBe('target-invalid');
    const archive = buildOciArchive([{ image }]);
    expect(await codeOf(await file('cut.tar', archive.subarray(0, 1200)))).toBe('archive-invalid');
    expect(await codeOf(await file('cut.tar.gz', gzipSync(archive).subarray(0, 200)))).toBe('archive-invalid');
  });
});
