import { zstdCompressSync } from 'node:zlib';
import { defaultExtractLimits, layerFileOf } from '../extractor';
import { chisel } from './chisel';

const path = 'var/lib/chisel/manifest.wall';

const manifest = [
  '{"jsonwall":"1.0","schema":"1.0","count":9}',
  '{"kind":"content","slice":"libc6_libs","path":"/lib/x86_64-linux-gnu/libc.so.6"}',
  '{"kind":"package","name":"base-files","version":"12ubuntu4.7","sha256":"543f","arch":"amd64"}',
  '{"kind":"package","name":"libc6","version":"2.35-0ubuntu3.8","sha256":"76d5","arch":"amd64"}',
  '{"kind":"path","path":"/lib/x86_64-linux-gnu/libc.so.6","mode":"0755","slices":["libc6_libs"],"sha256":"5955","size":2220400}',
  '{"kind":"path","path":"/etc/ssl/openssl.cnf","mode":"0644","slices":["openssl_config","openssl_data","libssl3_config"]}',
  '{"kind":"path","path":"/var/lib/","mode":"0755","slices":["base-files_var"]}',
  '{"kind":"path","path":"/var/lib/chisel/manifest.wall","mode":"0644","slices":["base-files_chisel"]}',
  '{"kind":"slice","name":"libc6_libs"}',
  '',
].join('\n');

function extract(bytes: Buffer) {
  return chisel.extract(layerFileOf(path, bytes), { wantsOwner: () => true, limits: defaultExtractLimits });
}

describe('chisel', () => {
  it('reads the packages and whose files are whose', async () => {
    expect(await extract(zstdCompressSync(Buffer.from(manifest)))).toEqual({
      packages: [
        { name: 'base-files', version: '12ubuntu4.7', architecture: 'amd64', isDistroMaintained: true },
        { name: 'libc6', version: '2.35-0ubuntu3.8', architecture: 'amd64', isDistroMaintained: true },
      ],
      ownedFiles: [
        { name: 'libc6', paths: ['lib/x86_64-linux-gnu/libc.so.6'] },
        { name: 'openssl', paths: ['etc/ssl/openssl.cnf'] },
        { name: 'libssl3', paths: ['etc/ssl/openssl.cnf'] },
        { name: 'base-files', paths: ['var/lib/chisel/manifest.wall'] },
      ],
      problems: [],
    });
  });

  it.each([
    ['not compressed', Buffer.from(manifest)],
    ['cut off', zstdCompressSync(Buffer.from(manifest)).subarray(0, 40)],
    ['a bomb', zstdCompressSync(Buffer.alloc(128 * 1024 * 1024 + 1))],
    ['something else', zstdCompressSync(Buffer.from('{"kind":"package","name":"a","version":"1","arch":""}\n'))],
  ])('%s is a problem, not an empty image', async (_case, bytes) => {
    const { packages, problems } = await extract(bytes);
    expect(packages).toEqual([]);
    expect(problems.map((problem) => problem.code)).toEqual(['chisel-manifest-unreadable']);
  });

  it.each([
    [
      'lines that cannot be read',
      zstdCompressSync(Buffer.from(manifest.replace(/"name":"libc6","version"/, '"nam":1,"version"'))),
    ],
    ['lines that are missing', zstdCompressSync(Buffer.from(manifest.replace(/^.*libc6.*$/gm, '')))],
    ['a second frame, which chisel does not write', Buffer.concat(frames(manifest))],
  ])('keeps the rest and says so: %s', async (_case, bytes) => {
    const { packages, problems } = await extract(bytes);
    expect(packages).toHaveLength(1);
    expect(problems).toEqual([expect.objectContaining({ code: 'chisel-manifest-incomplete', path })]);
  });
});

function frames(text: string): Buffer[] {
  const half = text.indexOf('\n', text.indexOf('base-files')) + 1;
  return [text.slice(0, half), text.slice(half)].map((part) => zstdCompressSync(Buffer.from(part)));
}
