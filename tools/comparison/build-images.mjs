/**
 * Builds the images that readers of images are compared on, from packages of Debian, npm, PyPI, Maven, Go and crates, as OCI layouts.
 *
 *   sudo node tools/comparison/build-images.mjs DIRECTORY [NAME...]
 *
 * Wants root, network, and debootstrap, npm, pip, mvn, cargo, ruby, bundler, tar and gzip on the PATH. Takes some minutes; needs some gigabytes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { images } from './images.mjs';

const [target, ...names] = process.argv.slice(2);
if (target === undefined) {
  console.error('say in which directory the images are to be built');
  process.exit(2);
}
for (const image of images) {
  if (names.length === 0 || names.includes(image.name)) buildImage(image, resolve(target));
}

function buildImage({ name, layers }, directory) {
  const layout = join(directory, name);
  if (existsSync(join(layout, 'index.json'))) {
    console.log(`${name}: is there`);
    return;
  }
  const work = join(directory, `${name}.work`);
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  mkdirSync(work, { recursive: true });
  const built = [];
  for (const [index, layer] of layers.entries())
    built.push(buildLayer(layer, { layout, root: join(work, String(index)), below: built }));
  writeLayout(layout, name, built);
  rmSync(work, { recursive: true, force: true });
  const megabytes = built.reduce((sum, layer) => sum + layer.size, 0) / 1e6;
  console.log(`${name}: ${built.length} layers, ${megabytes.toFixed(0)} MB compressed`);
}

/** A layer that an earlier, broken run has finished is taken as it is. */
function buildLayer({ createdBy, script, owner = 0 }, { layout, root, below }) {
  const finished = `${root}.json`;
  if (existsSync(finished)) return JSON.parse(readFileSync(finished, 'utf8'));
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const archives = below.map(({ digest }, index) => [
    `LAYER_${index}`,
    join(layout, 'blobs', digest.replace(':', '/')),
  ]);
  sh(script, { ROOT: root, ...Object.fromEntries(archives) });
  const blob = join(layout, 'blobs/layer');
  // The same content gives the same bytes: no times, no names of the owner's machine, one order.
  sh(
    `tar --sort=name --numeric-owner --owner="$OWNER" --group="$OWNER" --mtime=@0 --format=pax --pax-option=delete=atime,delete=ctime -C "$ROOT" -cf "$BLOB.tar" . && gzip -n -6 -c "$BLOB.tar" > "$BLOB"`,
    { ROOT: root, BLOB: blob, OWNER: String(owner) },
  );
  const diffId = sha256Of(`${blob}.tar`);
  const digest = sha256Of(blob);
  const { size } = statSync(blob);
  rmSync(`${blob}.tar`);
  renameSync(blob, join(layout, 'blobs', digest.replace(':', '/')));
  rmSync(root, { recursive: true, force: true });
  const layer = { createdBy, diffId, digest, size };
  writeFileSync(finished, JSON.stringify(layer));
  return layer;
}

function writeLayout(layout, name, layers) {
  const config = put(layout, {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created_by: createdBy })),
  });
  const manifest = put(layout, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  });
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...manifest,
        annotations: { 'org.opencontainers.image.ref.name': name },
      },
    ],
  };
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
}

function put(layout, document) {
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  writeFileSync(join(layout, 'blobs', digest.replace(':', '/')), bytes);
  return { digest, size: bytes.length };
}

function sha256Of(file) {
  return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}

function sh(script, environment) {
  const { status } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`a step failed: ${script.slice(0, 200)}`);
}
