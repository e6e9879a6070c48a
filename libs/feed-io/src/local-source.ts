import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import type {
  FeedProblem,
  Fetched,
  FileFingerprint,
  Fingerprint,
  LocalReading,
  Snapshot,
  SnapshotPart,
} from '@tidewaiter/feeds';
import { checkLocal } from './local-signatures';
import { filesUnder, isArchive, openSnapshot, placedPart } from './snapshot';
import type { SourceKeys } from './source-keys';

/** Of fewer documents all may be taken back at once. */
const negligible = 10;

interface LocalOptions {
  readonly keys: SourceKeys | undefined;
  /** What is not there any more is believed to be gone. */
  readonly isGoneBelieved: boolean;
}

export async function readLocal(
  path: string,
  last: Fingerprint | undefined,
  { keys, isGoneBelieved, isEachLasting = false }: LocalOptions & LocalReading,
): Promise<Fetched> {
  const snapshot = await openSnapshot(path);
  const sha256 = await fingerprintOf(path);
  if (last?.sha256 === sha256 && last.checkedWith === keys?.id) return 'unchanged';
  if (keys !== undefined) await checkLocal(path, keys);
  const there = landmarksOf(path, snapshot.parts, isEachLasting);
  const gone = isGoneBelieved ? [] : Object.keys(last?.files ?? {}).filter((name) => !there.has(name));
  const files: Record<string, FileFingerprint> = {};
  for (const name of there) files[name] = { sha256: '' };
  for (const name of gone) files[name] = { sha256: '', isGone: true };
  const fingerprint = {
    sha256,
    ...(Object.keys(files).length > 0 && { files }),
    ...(keys !== undefined && { checkedWith: keys.id }),
  };
  return { fingerprint, snapshot: missing(snapshot, { path, gone }) };
}

/** Names, sizes and times: an unchanged directory of any size is recognised without reading it. */
async function fingerprintOf(path: string): Promise<string> {
  const found = await stat(path);
  const hash = createHash('sha256');
  const files = found.isDirectory() ? await filesUnder(path) : [path];
  for (const file of files) {
    // A link that leads nowhere has no more than its name.
    const { size, mtimeMs } = (await stat(file).catch(() => undefined)) ?? {};
    hash.update(JSON.stringify([relative(path, file), size, mtimeMs]));
  }
  return hash.digest('hex');
}

/** What does not go of itself: an archive, and a directory of more documents than are taken back at once, such as a year's. */
function landmarksOf(path: string, parts: readonly SnapshotPart[], isEachLasting: boolean): ReadonlySet<string> {
  const places = parts.flatMap((part) => part.places ?? []);
  const files = places.map((place) => relative(path, place.path)).filter((name) => name !== '');
  const documents = new Map<string, number>();
  for (const name of files.filter((each) => !isArchive(each))) {
    for (let above = dirname(name); above !== '.'; above = dirname(above)) {
      documents.set(above, (documents.get(above) ?? 0) + 1);
    }
  }
  const directories = [...documents].filter(([, count]) => count > negligible).map(([name]) => name);
  return new Set([...directories, ...files.filter((name) => isEachLasting || isArchive(name))]);
}

/** Documents are missed by the part that the others are in; an archive is a part of its own, and the source misses it. */
function missing(
  { parts, ...snapshot }: Snapshot,
  { path, gone }: { readonly path: string; readonly gone: readonly string[] },
): Snapshot {
  const loose = parts.find(({ places }) => places?.every((place) => !isArchive(place.path)));
  const ofPart = loose === undefined ? [] : gone.filter((name) => !isArchive(name));
  const ofSource = gone.filter((name) => !ofPart.includes(name));
  return {
    ...snapshot,
    parts: parts.map((part) => (part === loose ? withProblems(part, goneProblems(ofPart, path)) : part)),
    problems: goneProblems(ofSource, path),
  };
}

function withProblems(part: SnapshotPart, [problem]: readonly FeedProblem[]): SnapshotPart {
  const [first, ...others] = part.places ?? [];
  if (first === undefined || problem === undefined) return part;
  return placedPart(part.name, [{ ...first, problem }, ...others]);
}

function goneProblems(names: readonly string[], path: string): readonly FeedProblem[] {
  if (names.length === 0) return [];
  const message =
    `${path} has ${names.join(', ')} no more; what was read there stays. ` +
    'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return [{ code: 'feed-file-gone', message, part: basename(path), path: names[0] ?? '', fatal: true }];
}
