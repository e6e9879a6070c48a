import { messageOf } from '@tidewaiter/kit';
import { documentsOf, isDocument } from './documents';
import type { FeedProblem, SnapshotPart } from './feed';

/** A document of a part, and where it lies. */
export interface JsonDocument {
  readonly part: string;
  readonly path: string;
  readonly json: unknown;
}

/** Every JSON document of a part. One that is none may have been any number of records: a fatal problem. */
export async function* jsonDocumentsOf(part: SnapshotPart): AsyncGenerator<JsonDocument | FeedProblem> {
  for await (const item of documentsOf(part, isJson)) {
    if (!isDocument(item)) {
      yield item;
      continue;
    }
    const { path } = item;
    const bytes = await item.bytes();
    if (!bytes.ok) yield bytes.error;
    else yield parsed(part.name, path, bytes.value);
  }
}

export function isJsonDocument(item: JsonDocument | FeedProblem): item is JsonDocument {
  return 'json' in item;
}

function parsed(part: string, path: string, bytes: Uint8Array): JsonDocument | FeedProblem {
  try {
    // Some servers put a byte order mark before it.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    return { part, path, json: JSON.parse(text) };
  } catch (error) {
    return { code: 'feed-json-invalid', message: `${path} is not JSON (${messageOf(error)})`, part, path, fatal: true };
  }
}

function isJson(name: string): boolean {
  return /\.json$/i.test(name);
}
