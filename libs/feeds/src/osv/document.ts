import type { Advisory } from '@tidewaiter/contracts';
import { messageOf } from '@tidewaiter/kit';
import type { FeedDocument } from '../documents';
import type { FeedProblem } from '../feed';
import { advisoryFromOsv } from './record';

/** The record that a document is, or why it is none. */
export async function readDocument(
  feed: string,
  part: string,
  document: FeedDocument,
): Promise<Advisory | FeedProblem> {
  const content = await document.bytes();
  return content.ok ? parseDocument(feed, { part, path: document.path }, content.value) : content.error;
}

function parseDocument(
  feed: string,
  { part, path }: { readonly part: string; readonly path: string },
  bytes: Uint8Array,
): Advisory | FeedProblem {
  let document: unknown;
  try {
    document = JSON.parse(textOf(bytes));
  } catch (error) {
    return { code: 'osv-json-invalid', message: `${path} is not JSON (${messageOf(error)})`, part, path };
  }
  const advisory = advisoryFromOsv(feed, document);
  if (advisory.ok) return advisory.value;
  return { code: advisory.error.code, message: `${path} ${advisory.error.message}`, part, path };
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
