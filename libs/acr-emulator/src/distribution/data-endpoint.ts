import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Reply } from '../http';
import type { BlobStore } from '../storage/blob-store';
import { blobReply } from './blob-reply';

/** Signed links to blobs and what answers them: the part of ACR that is really a storage account. */
export interface DataEndpoint {
  /** Path and query below the data endpoint's own address. */
  link(digest: string): string;
  answer(request: IncomingMessage): Promise<Reply>;
}

export function createDataEndpoint(blobs: BlobStore, key: Uint8Array, linkSeconds: number): DataEndpoint {
  function sign(digest: string, expires: string): string {
    return createHmac('sha256', key).update(`data:${digest}:${expires}`).digest('base64url');
  }
  return {
    link(digest) {
      const expires = String(Math.floor(Date.now() / 1000) + linkSeconds);
      return `/${digest}?${new URLSearchParams({ se: expires, sig: sign(digest, expires) }).toString()}`;
    },
    async answer(request) {
      // Storage refuses a registry's token, which is how a client that forwards it is found out.
      if (request.headers.authorization !== undefined) return storageError(400, 'InvalidAuthenticationInfo');
      const url = new URL(request.url ?? '/', 'http://data.invalid');
      const digest = url.pathname.slice(1);
      const expires = url.searchParams.get('se') ?? '';
      const given = Buffer.from(url.searchParams.get('sig') ?? '');
      const expected = Buffer.from(sign(digest, expires));
      const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
      if (!isSigned || Number(expires) < Date.now() / 1000) return storageError(403, 'AuthenticationFailed');
      if (request.method !== 'GET' && request.method !== 'HEAD') return storageError(405, 'UnsupportedHttpVerb');
      const sizeBytes = await blobs.sizeOf(digest);
      if (sizeBytes === undefined) return storageError(404, 'BlobNotFound');
      return blobReply(blobs, digest, sizeBytes, request.headers.range);
    },
  };
}

function storageError(status: number, code: string): Reply {
  const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`);
  return { status, headers: { 'Content-Type': 'application/xml', 'x-ms-error-code': code }, body };
}
