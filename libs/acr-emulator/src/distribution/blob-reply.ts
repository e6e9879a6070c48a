import type { Reply } from '../http';
import type { BlobStore } from '../storage/blob-store';

/** A blob or one range of it (RFC 9110 section 14); several ranges at once are answered with the whole, as is allowed. */
export function blobReply(blobs: BlobStore, digest: string, sizeBytes: number, range: string | undefined): Reply {
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    ETag: `"${digest}"`,
  };
  const wanted = readRange(range, sizeBytes);
  if (wanted === 'unsatisfiable') return { status: 416, headers: { 'Content-Range': `bytes */${sizeBytes}` } };
  if (wanted === undefined) {
    return { status: 200, headers, body: { stream: () => blobs.stream(digest), sizeBytes } };
  }
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${wanted.start}-${wanted.end}/${sizeBytes}` },
    body: { stream: () => blobs.stream(digest, wanted), sizeBytes: wanted.end - wanted.start + 1 },
  };
}

function readRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== '' && from !== '' && Number(to) < Number(from)) return undefined;
  return start >= sizeBytes || end < start ? 'unsatisfiable' : { start, end };
}
