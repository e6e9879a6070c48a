import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { FileFingerprint, RemoteFile } from '@tidewaiter/feeds';
import { OperationalError, systemCodeOf } from '@tidewaiter/kit';
import { getOnce, shown, takeAll, tooLarge, type HttpOptions } from './http';
import { maxSignatureBytes, type SourceKeys } from './source-keys';

export interface StoreOptions extends HttpOptions {
  /** Where downloads are kept; made when missing. */
  readonly directory: string;
  readonly maxBytes: number;
  /** What the source says of the file. */
  readonly stated?: StatedFile | undefined;
  /** Keys of the publisher, where they are configured. */
  readonly keys?: SourceKeys | undefined;
}

type StatedFile = Pick<RemoteFile, 'version' | 'sha256' | 'inflatedSha256' | 'isInSignedList'>;

interface StoredFile {
  readonly state: 'unchanged' | 'changed';
  readonly path: string;
  readonly fingerprint: FileFingerprint;
}

/**
 * Brings the stored copy of a file up to date. What was stored and is gone from the disk, is not what the source states, or was checked
 * with other keys, is asked for anew. @throws OperationalError `feed-checksum-wrong` for other bytes than the source states,
 * `feed-signature-missing` and `feed-signature-wrong` for those that no configured key has signed
 */
export async function bringFile(
  url: string,
  last: FileFingerprint | undefined,
  options: StoreOptions,
): Promise<StoredFile> {
  const path = storedPath(url, options.directory);
  const { stated = {}, keys } = options;
  const checkedWith = keys === undefined ? {} : { checkedWith: keys.id };
  const isAsChecked = last?.checkedWith === keys?.id;
  const couldBeKept = last !== undefined && isAsChecked && couldStay(last, stated);
  const known = couldBeKept && (await isThere(path)) ? last : undefined;
  if (known !== undefined && stated.version !== undefined && known.version === stated.version) {
    return { state: 'unchanged', path, fingerprint: known };
  }
  const version = stated.version === undefined ? {} : { version: stated.version };
  const fingerprint = await getOnce(url, known, options, async (response, body) => {
    const sha256 = await write(path, { url, response, body }, options);
    const etag = response.headers.get('etag');
    const lastModified = response.headers.get('last-modified');
    const validators = { ...(etag !== null && { etag }), ...(lastModified !== null && { lastModified }) };
    return { ...validators, sha256, ...version, ...checkedWith };
  });
  if (fingerprint !== 'unchanged') {
    const isSame = fingerprint.sha256 === last?.sha256 && isAsChecked;
    return { state: isSame ? 'unchanged' : 'changed', path, fingerprint };
  }
  if (known !== undefined) return { state: 'unchanged', path, fingerprint: { ...known, ...version } };
  throw new OperationalError(
    'feed-answer-unusable',
    `${shown(url)} answered 304 although it was not asked for changes.`,
  );
}

/** What a file inflates to is known by its version alone. */
function couldStay(last: FileFingerprint, { version, sha256, inflatedSha256 }: StatedFile): boolean {
  const isSame = sha256 === undefined || last.sha256 === sha256 || last.sha256 === inflatedSha256;
  return isSame && (inflatedSha256 === undefined || last.version === version);
}

export function storedPath(url: string, directory: string): string {
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  return join(directory, key + (/(?:\.[a-z0-9]{1,8}){1,2}$/i.exec(new URL(url).pathname)?.[0] ?? ''));
}

export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Written beside its final name and renamed: a broken download never replaces the last good one. */
async function write(
  path: string,
  { url, response, body }: { url: string; response: Response; body: AsyncIterable<Uint8Array> },
  options: StoreOptions,
): Promise<string> {
  const { directory, maxBytes, stated = {}, keys } = options;
  await mkdir(directory, { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  const hash = createHash('sha256');
  let sizeBytes = Number(response.headers.get('content-length') ?? 0);
  if (sizeBytes > maxBytes) throw tooLarge(url, maxBytes);
  try {
    const handle = await open(partial, 'wx');
    try {
      sizeBytes = 0;
      for await (const chunk of body) {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) throw tooLarge(url, maxBytes);
        hash.update(chunk);
        await handle.write(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    const isEncoded = response.headers.has('content-encoding');
    if (!(await isAsStated(partial, { sha256, isEncoded }, stated))) {
      throw new OperationalError('feed-checksum-wrong', `${shown(url)} has other bytes than its source states.`);
    }
    if (keys !== undefined && stated.isInSignedList !== true) {
      await keys.check(shown(url), createReadStream(partial), await fetchSignature(url, options));
    }
    await rename(partial, path);
    return sha256;
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Some servers call a gzip file plain and coded, and it arrives inflated then: its sum is the one of what it inflates to.
 * https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
async function isAsStated(
  path: string,
  { sha256, isEncoded }: { readonly sha256: string; readonly isEncoded: boolean },
  stated: StatedFile,
): Promise<boolean> {
  const { inflatedSha256 } = stated;
  if (isEncoded && sha256 === inflatedSha256) return true;
  if (stated.sha256 !== undefined) return sha256 === stated.sha256;
  return inflatedSha256 === undefined || inflatedSha256 === (await sumOfInflated(path));
}

/** The detached signature beside a file. @throws OperationalError `feed-signature-missing` */
export async function fetchSignature(url: string, options: HttpOptions): Promise<Buffer> {
  // What the address asks for besides, such as an access token, it asks for here too.
  const address = new URL(url);
  address.pathname += '.asc';
  try {
    return await takeAll(address.href, options, maxSignatureBytes);
  } catch (error) {
    if (!(error instanceof OperationalError) || error.fields.status !== 404) throw error;
    throw new OperationalError(
      'feed-signature-missing',
      `${shown(url)} has no signature beside it (${shown(address)}), and keys are configured for its feed; the last advisories stay.`,
    );
  }
}

/** Of a gzip file; undefined where it is none. */
async function sumOfInflated(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) hash.update(piece);
    });
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('Z_') === true) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
