import { OperationalError } from '@tidewaiter/kit';
import { imageDocuments, type StoredDocument } from './image-documents';
import type { SampleImage } from './layer-file';

export interface PushTarget {
  /** Base URL of the registry. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Pushes a sample as any client does: blobs, manifests, tag. Answers the digest that the tag now names. OCI distribution-spec, "Push". */
export async function pushSample(target: PushTarget, image: SampleImage): Promise<string> {
  const { blobs, manifests, root } = await imageDocuments(image);
  const base = `${target.url}/v2/${image.repository}`;
  for (const blob of blobs) await pushBlob(target, base, blob);
  for (const manifest of manifests) await putManifest(target, `${base}/manifests/${manifest.digest}`, manifest);
  await putManifest(target, `${base}/manifests/${image.tag}`, root);
  return root.digest;
}

/** Whether the registry has the tag already. */
export async function hasTag(target: PushTarget, image: SampleImage): Promise<boolean> {
  const response = await call(
    target,
    `${target.url}/v2/${image.repository}/manifests/${image.tag}`,
    { method: 'HEAD' },
    [200, 404],
  );
  return response.status === 200;
}

async function pushBlob(target: PushTarget, base: string, blob: StoredDocument): Promise<void> {
  const there = await call(target, `${base}/blobs/${blob.digest}`, { method: 'HEAD' }, [200, 404]);
  if (there.status === 200) return;
  const started = await call(target, `${base}/blobs/uploads/`, { method: 'POST' }, [202]);
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', blob.digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await call(target, location.href, { method: 'PUT', headers, body: new Uint8Array(blob.bytes) }, [201]);
}

async function putManifest(target: PushTarget, url: string, { mediaType, bytes }: StoredDocument): Promise<void> {
  const headers = { 'content-type': mediaType };
  await call(target, url, { method: 'PUT', headers, body: new Uint8Array(bytes) }, [201]);
}

async function call(
  target: PushTarget,
  url: string,
  init: RequestInit,
  expected: readonly number[],
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${target.username}:${target.password}`).toString('base64')}`;
  const headers = { ...init.headers, authorization };
  const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  if (expected.includes(response.status)) return response;
  const text = (await response.text()).slice(0, 500);
  const where = new URL(url).pathname;
  throw new OperationalError(
    'sample-push-failed',
    `${init.method ?? 'GET'} ${where} answered ${String(response.status)}: ${text}`,
  );
}
