import { randomUUID } from 'node:crypto';
import { RegistryFault } from '../fault';
import type { Reply } from '../http';
import { repositoryOf, type Registry } from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import { assertDigest } from '../storage/blob-store';
import type { Upload } from '../storage/upload-store';

/** OCI distribution-spec, "Pushing blobs": in one request, in two, in chunks, or mounted from another repository. */
export function uploadRoutes(registry: Registry): readonly Route[] {
  const needs = needsOnRepository('pull', 'push');
  const collection = /^\/v2\/(?<name>.+)\/blobs\/uploads\/?$/;
  const one = /^\/v2\/(?<name>.+)\/blobs\/uploads\/(?<id>[^/]+)$/;
  return [
    { method: 'POST', pattern: collection, needs, handle: (call) => start(registry, call) },
    { method: 'PATCH', pattern: one, needs, handle: (call) => append(registry, call) },
    { method: 'PUT', pattern: one, needs, handle: (call) => complete(registry, call) },
    {
      method: 'GET',
      pattern: one,
      needs,
      async handle(call) {
        const repository = repositoryOf(call);
        return accepted(204, repository, await registry.uploads.status(repository, uploadId(call)));
      },
    },
    {
      method: 'DELETE',
      pattern: one,
      needs,
      async handle(call) {
        await registry.uploads.cancel(repositoryOf(call), uploadId(call));
        return { status: 204 };
      },
    },
  ];
}

async function start(registry: Registry, call: Call): Promise<Reply> {
  const repository = repositoryOf(call);
  const mount = await mounted(registry, call, repository);
  if (mount !== undefined) return mount;
  const isWhole = call.query.has('digest');
  if (isWhole) requiredDigest(call);
  const upload = await registry.uploads.start(repository);
  if (!isWhole) return accepted(202, repository, upload);
  await registry.uploads.append(repository, upload.id, call.request);
  return finish(registry, call, repository, upload.id);
}

async function append(registry: Registry, call: Call): Promise<Reply> {
  const repository = repositoryOf(call);
  const upload = await registry.uploads.status(repository, uploadId(call));
  assertNextChunk(call, repository, upload);
  return accepted(202, repository, await registry.uploads.append(repository, upload.id, call.request));
}

async function complete(registry: Registry, call: Call): Promise<Reply> {
  const repository = repositoryOf(call);
  requiredDigest(call);
  const upload = await registry.uploads.status(repository, uploadId(call));
  assertNextChunk(call, repository, upload);
  await registry.uploads.append(repository, upload.id, call.request);
  return finish(registry, call, repository, upload.id);
}

async function finish(registry: Registry, call: Call, repository: string, id: string): Promise<Reply> {
  const digest = requiredDigest(call);
  await registry.uploads.finish(repository, id, digest);
  registry.catalogue.blobs.link(repository, digest);
  return created(repository, digest);
}

/** Undefined when the blob is not there, or not for this caller to see: then an upload begins, as the spec has it. */
async function mounted(registry: Registry, call: Call, repository: string): Promise<Reply | undefined> {
  const digest = call.query.get('mount');
  const from = call.query.get('from');
  if (digest === null || from === null) return undefined;
  assertDigest(digest);
  const { catalogue, blobs } = registry;
  if (!call.caller.may('pull', from) || !catalogue.blobs.isLinked(from, digest)) return undefined;
  if ((await blobs.sizeOf(digest)) === undefined) return undefined;
  catalogue.blobs.link(repository, digest);
  return created(repository, digest);
}

/** Chunks come in order: `Content-Range: <start>-<end>` starts where the upload stands and is as long as the body. */
function assertNextChunk(call: Call, repository: string, upload: Upload): void {
  const header = call.request.headers['content-range'];
  if (header === undefined) return;
  const match = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/.*)?$/.exec(header);
  const start = Number(match?.[1]);
  const sizeBytes = Number(match?.[2]) - start + 1;
  const declared = call.request.headers['content-length'];
  if (match === null || sizeBytes < 1 || (declared !== undefined && Number(declared) !== sizeBytes)) {
    throw new RegistryFault(400, 'BLOB_UPLOAD_INVALID', 'Content-Range is not the range of the body');
  }
  if (start !== upload.offset) {
    throw new RegistryFault(416, 'BLOB_UPLOAD_INVALID', 'chunk does not start where the upload stands', {
      headers: uploadHeaders(repository, upload),
    });
  }
}

function accepted(status: 202 | 204, repository: string, upload: Upload): Reply {
  return { status, headers: uploadHeaders(repository, upload) };
}

/** The location is relative and has a query already, as ACR's has: a client must add `digest` to it with `&`. */
function uploadHeaders(repository: string, upload: Upload): Readonly<Record<string, string>> {
  return {
    Location: `/v2/${repository}/blobs/uploads/${upload.id}?_nouploadcache=false&_state=${randomUUID()}`,
    Range: `0-${Math.max(0, upload.offset - 1)}`,
    'Docker-Upload-UUID': upload.id,
  };
}

function created(repository: string, digest: string): Reply {
  return {
    status: 201,
    headers: { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest },
  };
}

function requiredDigest(call: Call): string {
  const digest = call.query.get('digest') ?? '';
  assertDigest(digest);
  return digest;
}

function uploadId(call: Call): string {
  return call.params['id'] ?? '';
}
