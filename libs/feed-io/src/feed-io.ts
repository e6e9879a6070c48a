import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Fetched, FeedIo, FeedProblem, FileFingerprint, Fingerprint, RemoteFile } from '@tidewaiter/feeds';
import { OperationalError } from '@tidewaiter/kit';
import { endingOf } from './file-ending';
import { shown, takeAll } from './http';
import { readLocal } from './local-source';
import { isRecordFile, partNameOf, snapshotOf, type PlacedFile } from './snapshot';
import { readSourceKeys, type SourceKeys } from './source-keys';
import { bringFile, fetchSignature, isThere, storedPath, type StoreOptions } from './stored-files';

interface FeedIoOptions {
  /** What the operator configured: a path or an http(s) address. */
  readonly source: string;
  /** Where downloads are kept; made when missing. */
  readonly directory: string;
  /** Of one file. */
  readonly maxBytes?: number;
  /** For the whole download of one file. */
  readonly timeoutMs?: number;
  /** For a server that has stopped sending. */
  readonly stallMs?: number;
  /** Names the program to the other side. */
  readonly userAgent?: string;
  /** Files of OpenPGP public keys; with any, only what one of them signed is taken. */
  readonly keyFiles?: readonly string[];
  /** What is not there any more is believed to be gone. */
  readonly isGoneBelieved?: boolean;
}

interface SourceOptions extends StoreOptions {
  readonly source: string;
  readonly isGoneBelieved: boolean;
}

const defaults = {
  maxBytes: 4 * 1024 * 1024 * 1024,
  timeoutMs: 30 * 60 * 1000,
  stallMs: 60 * 1000,
  userAgent: 'tidewaiter',
  isGoneBelieved: false,
};
const maxIndexBytes = 64 * 1024 * 1024;

/** Local files and conditional HTTP. It speaks to the host of `source` and to no other, redirects included. */
export function createFeedIo(options: FeedIoOptions): FeedIo {
  const { source, keyFiles = [], ...others } = options;
  const store: SourceOptions = { ...defaults, ...others, source };
  let reading: Promise<SourceKeys> | undefined;
  const keys = async (): Promise<SourceKeys | undefined> =>
    keyFiles.length === 0 ? undefined : (reading ??= readSourceKeys(keyFiles));
  const withKeys = async (): Promise<SourceOptions> => ({ ...store, keys: await keys() });
  return {
    source,
    ...(keyFiles.length > 0 && { isSigned: true }),
    local: async (path, last, reading) => {
      return readLocal(path, last, { ...reading, keys: await keys(), isGoneBelieved: store.isGoneBelieved });
    },
    download: async (url, last) => download(url, last, await withKeys()),
    downloadAll: async (files, last) => downloadAll(files, last, await withKeys()),
    get: async (url, list) => readIndex(url, list?.vouches === true ? await withKeys() : store),
  };
}

function checkedWith(keys: SourceKeys | undefined): Pick<Fingerprint, 'checkedWith'> {
  return keys === undefined ? {} : { checkedWith: keys.id };
}

/** What a source says about where its files are is not trusted to name other machines. */
function refuseOthers(url: string, source: string): void {
  const wanted = URL.canParse(source) ? new URL(source).host : undefined;
  const { host, protocol } = new URL(url);
  if (host === wanted && /^https?:$/.test(protocol)) return;
  throw new OperationalError(
    'feed-address-refused',
    `${shown(url)} is not on ${wanted ?? source}, the configured source, so it is not asked.`,
  );
}

async function download(url: string, last: Fingerprint | undefined, options: SourceOptions): Promise<Fetched> {
  refuseOthers(url, options.source);
  const { state, path, fingerprint } = await bringFile(url, last, options);
  if (state === 'unchanged') return unchanged(fingerprint, last);
  const { pathname } = new URL(url);
  const file = { part: partNameOf(decodedPath(pathname)), name: await fileName(pathname, path), path };
  return { fingerprint, snapshot: snapshotOf([file]) };
}

/** A server that was set up anew knows the same bytes by another ETag. */
function unchanged(fingerprint: Fingerprint, last: Fingerprint | undefined): Fetched {
  const { cursor, ...known } = last ?? {};
  if (isDeepStrictEqual(fingerprint, known)) return 'unchanged';
  return { fingerprint: { ...fingerprint, ...(cursor !== undefined && { cursor }) } };
}

/** What a file is, its name says, or where an address ends in no file name its first bytes. */
async function fileName(pathname: string, path: string): Promise<string> {
  const name = basename(decodedPath(pathname));
  return isRecordFile(name) ? name : name + (await endingOf(path));
}

function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // A percent sign that encodes nothing: the path is taken as it is written.
    return pathname;
  }
}

interface BroughtFile {
  readonly path: string;
  readonly fingerprint: FileFingerprint;
  readonly problem?: FeedProblem;
}

async function downloadAll(
  files: readonly RemoteFile[],
  last: Fingerprint | undefined,
  options: SourceOptions,
): Promise<Fetched> {
  const fingerprints: Record<string, FileFingerprint> = {};
  const stored: PlacedFile[] = [];
  let present = 0;
  for (const file of files) {
    const before = last?.files?.[file.url];
    const found = await bringOptional(file, before, options);
    if (found !== undefined) present += 1;
    const { path, fingerprint, problem } = found ?? (await keptOf(file, before, options)) ?? {};
    if (path === undefined || fingerprint === undefined) continue;
    fingerprints[file.url] = fingerprint;
    stored.push({ part: file.part, name: file.name, path, ...(problem !== undefined && { problem }) });
  }
  if (present === 0) {
    throw new OperationalError('feed-answer-unusable', `${shown(options.source)} has none of the files of its feed.`);
  }
  await dropOthers(last, fingerprints, options);
  const sha256 = sumOf(fingerprints);
  const fingerprint = { sha256, files: fingerprints, ...checkedWith(options.keys) };
  if (sha256 === last?.sha256 && last.checkedWith === options.keys?.id) return unchanged(fingerprint, last);
  return { fingerprint, snapshot: snapshotOf(stored) };
}

/** What the source no longer has of its last state is not kept: some name a new file every day. */
async function dropOthers(
  last: Fingerprint | undefined,
  now: Readonly<Record<string, FileFingerprint>>,
  { directory }: SourceOptions,
): Promise<void> {
  const gone = Object.keys(last?.files ?? {}).filter((url) => !(url in now));
  for (const url of gone) await rm(storedPath(url, directory), { force: true });
}

async function bringOptional(
  file: RemoteFile,
  last: FileFingerprint | undefined,
  options: SourceOptions,
): Promise<BroughtFile | undefined> {
  refuseOthers(file.url, options.source);
  const { isGone: _isGone, ...known } = last ?? { sha256: '' };
  try {
    return await bringFile(file.url, last === undefined ? undefined : known, { ...options, stated: file });
  } catch (error) {
    const isMissing = error instanceof OperationalError && error.fields.status === 404;
    if (isMissing && file.isOptional === true) return undefined;
    throw error;
  }
}

/**
 * What a file said that was there and is not any more. Publishers end a release by saying nothing new of it; a file that vanishes is a
 * broken export or another layout, and nothing of what it said is known to be taken back.
 */
async function keptOf(
  { url, name, part, isLasting = false }: RemoteFile,
  last: FileFingerprint | undefined,
  { directory, keys, isGoneBelieved }: SourceOptions,
): Promise<BroughtFile | undefined> {
  if (!isLasting || last === undefined || isGoneBelieved) return undefined;
  const path = storedPath(url, directory);
  const gone = `${name} is not at ${shown(url)} any more`;
  const advice = 'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  if (last.checkedWith !== keys?.id || !(await isThere(path)))
    throw new OperationalError('feed-file-gone', `${gone}; the last advisories stay. ${advice}`);
  const message = `${gone}; what it last said stays. ${advice}`;
  return {
    path,
    fingerprint: { ...last, isGone: true },
    problem: { code: 'feed-file-gone', message, part, path: name },
  };
}

function sumOf(fingerprints: Readonly<Record<string, FileFingerprint>>): string {
  const hash = createHash('sha256');
  for (const url of Object.keys(fingerprints).sort()) hash.update(textOf(url, fingerprints[url]));
  return hash.digest('hex');
}

/** One that is gone is another state of the source, though what is read of it is the same. */
function textOf(url: string, file: FileFingerprint | undefined): string {
  return `${url} ${file?.sha256 ?? ''}${file?.isGone === true ? ' gone' : ''}\n`;
}

async function readIndex(url: string, options: SourceOptions): Promise<Buffer> {
  refuseOthers(url, options.source);
  const bytes = await takeAll(url, options, maxIndexBytes);
  const { keys } = options;
  if (keys !== undefined) await keys.check(shown(url), [bytes], await fetchSignature(url, options));
  return bytes;
}
