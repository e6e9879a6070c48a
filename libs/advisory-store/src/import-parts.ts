import { stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { FeedImport } from './feed-import';
import { importPart, type PartImport, type PartResult } from './import-part';
import { resolveVulnerabilities, vulnerabilityRows } from './resolve';
import { StoreWriting } from './store-writing';
import { placedPartOf, ThreadedReader, type PlacedPart } from './threads/threaded-reader';
import { ThreadedWriting, type ThreadOptions } from './threads/threaded-writing';
import { PortWriter } from './threads/writer-port';

/** One part after the other. Results are in the order of the imports and their parts. */
export async function importParts(
  database: DatabaseSync,
  imports: readonly FeedImport[],
  maxShrinkPercent: number,
): Promise<readonly PartResult[]> {
  const writing = new StoreWriting(database);
  const jobs = new Jobs(imports, maxShrinkPercent);
  for (let job = jobs.take(); job !== undefined; job = jobs.take()) {
    jobs.finish(job, await importPart(writing.writer(), job.task));
  }
  writing.indexRecords();
  writing.finish();
  if (writing.isRelinked) resolveVulnerabilities(database);
  return jobs.results;
}

/** Less is read sooner here than a thread is started. */
const defaultWorthBytes = 16 * 1024 * 1024;

/**
 * Rows are written by a thread, and parts are read here and, when there is much to read, by another thread at the same time.
 * `database` is the store at `path`.
 */
export async function importPartsInThreads(
  { database, path }: { readonly database: DatabaseSync; readonly path: string },
  imports: readonly FeedImport[],
  { maxShrinkPercent, thread }: { readonly maxShrinkPercent: number; readonly thread: ThreadOptions },
): Promise<readonly PartResult[]> {
  const jobs = new Jobs(imports, maxShrinkPercent);
  if (jobs.isEmpty) return [];
  const readableBytes = await jobs.largestFirst();
  const writing = new ThreadedWriting(path, thread);
  const isWorth = readableBytes >= (thread.worthBytes ?? defaultWorthBytes);
  const reader = isWorth ? new ThreadedReader(writing.writerPort(), thread) : undefined;
  const readings = [
    readHere(jobs, new PortWriter(writing.writerPort())),
    ...(reader === undefined ? [] : [readThere(jobs, reader)]),
  ];
  try {
    await Promise.race([Promise.all(readings), writing.failed]);
    // Its memory is wanted for what comes now.
    await reader?.stop();
    await writing.finish(() => vulnerabilityRows(database));
    return jobs.results;
  } catch (error) {
    await writing.stop();
    // Whoever reads learns only that nobody writes any more.
    throw writing.failure ?? error;
  } finally {
    await reader?.stop();
    await writing.stop();
    // What still reads here finds nobody who writes.
    await Promise.allSettled(readings);
  }
}

async function readHere(jobs: Jobs, writer: PortWriter): Promise<void> {
  for (let job = jobs.take(); job !== undefined; job = jobs.take())
    jobs.finish(job, await importPart(writer, job.task));
}

async function readThere(jobs: Jobs, reader: ThreadedReader): Promise<void> {
  for (let job = jobs.takePlaced(); job !== undefined; job = jobs.takePlaced()) {
    jobs.finish(job, await reader.read(job.placed, job.task.onProblem));
  }
}

interface Job {
  readonly place: number;
  readonly task: PartImport;
  readonly placed: PlacedPart | undefined;
  readonly onPart: FeedImport['onPart'];
}

type PlacedJob = Job & { readonly placed: PlacedPart };

/** The parts that are to be imported, and what became of them. Their results are told in their own order, whoever is done first. */
class Jobs {
  private readonly all: readonly Job[];
  private waiting: readonly Job[];
  private readonly done = new Map<number, PartResult>();
  private told = 0;

  constructor(imports: readonly FeedImport[], maxShrinkPercent: number) {
    this.all = imports
      .flatMap(({ feed, snapshot, now, frozen, onProblem = ignore, onPart }) =>
        snapshot.parts.map((part) => ({
          task: { feed, part, now, maxShrinkPercent, isPartial: snapshot.isPartial === true, frozen, onProblem },
          onPart,
        })),
      )
      .map((job, place) => ({ ...job, place, placed: placedPartOf(job.task) }));
    this.waiting = this.all;
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  get results(): readonly PartResult[] {
    return this.all.flatMap(({ place }) => this.done.get(place) ?? []);
  }

  /** So that two who read come to an end at about the same time. Returns the bytes of those that another thread can read, but for one. */
  async largestFirst(): Promise<number> {
    const sized = await Promise.all(this.all.map(async (job) => ({ job, bytes: await sizeOf(job.placed) })));
    const sorted = sized.sort((a, b) => b.bytes * weightOf(b.job) - a.bytes * weightOf(a.job));
    this.waiting = sorted.map(({ job }) => job);
    return sorted.slice(1).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  take(): Job | undefined {
    const [next, ...rest] = this.waiting;
    this.waiting = rest;
    return next;
  }

  takePlaced(): PlacedJob | undefined {
    const next = this.waiting.find(isPlaced);
    this.waiting = this.waiting.filter((job) => job !== next);
    return next;
  }

  finish({ place }: Job, result: PartResult): void {
    this.done.set(place, result);
    for (let next = this.done.get(this.told); next !== undefined; next = this.done.get(this.told)) {
      this.all[this.told]?.onPart?.(next);
      this.told += 1;
    }
  }
}

/** What is told by release says in a byte what others say in several, as each vulnerability has a line in each release. */
const byReleaseWeight = 8;

function weightOf({ task }: Job): number {
  return task.feed.isByRelease === true ? byReleaseWeight : 1;
}

function isPlaced(job: Job): job is PlacedJob {
  return job.placed !== undefined;
}

/** Files whose sizes are looked at; of more, as many again are taken to be of the same size. */
const sampleFiles = 100;

/** About how much there is to read of a part; 0 of one that only this thread can read. */
async function sizeOf(placed: PlacedPart | undefined): Promise<number> {
  const places = placed?.part.places ?? [];
  const sample = places.slice(0, sampleFiles);
  // One that is not there is named by whoever opens it.
  const sizes = await Promise.all(
    sample.map(({ path }) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return (sizes.reduce((sum, size) => sum + size, 0) * places.length) / Math.max(sample.length, 1);
}

function ignore(): void {
  // A caller that only wants the counts.
}
