import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mediaTypes } from '@tidewaiter/contracts';
import { defaultLimits, LocalBytes, type Limits } from '@tidewaiter/image';
import { OperationalError } from '@tidewaiter/kit';
import { bookworm, buildLayer, dpkg, layered, npmPackage, sha256, type BuiltLayer } from '@tidewaiter/testing';
import { readLayerHere, type LayerInput } from '../layers/read-layer';
import { readImage } from '../read-image';
import { ReadingProgress } from '../reading-progress';
import { LayerThreads } from './layer-threads';

/** The threads run our TypeScript as it lies there, as scripts do. */
const register = pathToFileURL(resolve(import.meta.dirname, '../../../../tools/typescript/register.mjs')).href;
const patienceMs = 60_000;

const layer = buildLayer([bookworm, dpkg('bash=1'), npmPackage('app/node_modules/a')]);
const task = { limits: defaultLimits, aliases: [] };

async function* piecesOf(bytes: Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((done) => setImmediate(done));
    yield bytes.subarray(at, at + size);
  }
}

function inputOf(
  { bytes, diffId }: BuiltLayer,
  open = () => Promise.resolve<AsyncIterable<Uint8Array>>(piecesOf(bytes)),
): LayerInput {
  return { open, digest: sha256(bytes), sizeBytes: bytes.length, diffId };
}

function threadsWith(limits: Limits, threads = 2): LayerThreads {
  return new LayerThreads({ limits, threads, worthBytes: 0, execArgv: ['--import', register, '--no-warnings'] });
}

describe('layers read by threads', () => {
  const threads = threadsWith(defaultLimits);
  let directory = '';

  beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'tidewaiter-threads-'))));
  afterAll(async () => {
    await threads.close();
    await rm(directory, { recursive: true });
  });

  it.each(['gzip', 'zstd', 'none'] as const)(
    'give what they give when read here: %s',
    async (compression) => {
      const one = buildLayer([bookworm, dpkg('bash=1'), npmPackage('app/node_modules/a')], { compression });
      const file = join(directory, compression);
      await writeFile(file, Buffer.concat([Buffer.from('before'), one.bytes, Buffer.from('after')]));
      const here = await readLayerHere(inputOf(one), task);
      expect(here.ok && here.value.files.length).toBe(3);
      expect(await threads.read(inputOf(one), task)).toEqual(here);
      // With no processor left, each inflates what it reads.
      const both = await Promise.all([threads.read(inputOf(one), task), threads.read(inputOf(one), task)]);
      expect(both).toEqual([here, here]);
      const local = new LocalBytes(file, 'before'.length, one.bytes.length);
      expect(
        await threads.read(
          inputOf(one, () => Promise.resolve(local)),
          task,
        ),
      ).toEqual(here);
    },
    patienceMs,
  );

  it(
    'that lie in local files tell how far they are, read where they lie',
    async () => {
      const large = buildLayer([bookworm, { path: 'data', content: randomBytes(3_000_000) }]);
      const file = join(directory, 'large');
      await writeFile(file, large.bytes);
      const size = large.bytes.length;
      const told: number[] = [];
      const descriptor = { mediaType: mediaTypes.ociLayerGzip, digest: sha256(large.bytes), size };
      const progress = new ReadingProgress('sha256:0', [descriptor], ({ doneBytes }) => told.push(doneBytes));
      const read = await progress.follow(
        descriptor,
        () => Promise.resolve(new LocalBytes(file, 0, size)),
        async (open) => {
          const bytes = await open();
          expect(bytes).toBeInstanceOf(LocalBytes);
          return threads.read(
            inputOf(large, () => Promise.resolve(bytes)),
            task,
          );
        },
      );
      expect(read.ok).toBe(true);
      expect(told.length).toBeGreaterThan(5);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBe(size);
    },
    patienceMs,
  );

  it(
    'are as many as an image has, more than there are threads, in their order',
    async () => {
      const names = Array.from({ length: 7 }, (_, index) => `p${String(index)}`);
      const image = () => layered(names.map((name) => [npmPackage(`app/node_modules/${name}`)]));
      expect(await readImage(image(), { readLayer: threads.read, concurrency: threads.concurrency })).toEqual(
        await readImage(image()),
      );
    },
    patienceMs,
  );

  it(
    'are opened a second time where hard links make another look necessary',
    async () => {
      const linked = buildLayer([
        { path: 'store/status', content: 'Package: bash\nStatus: install ok installed\nVersion: 1\n' },
        { path: 'var/lib/dpkg/status', hardlink: 'store/status' },
      ]);
      let opened = 0;
      const open = () => {
        opened += 1;
        return Promise.resolve(piecesOf(linked.bytes));
      };
      const read = await threads.read(inputOf(linked, open), task);
      expect(read.ok && read.value.files.map(({ path }) => path)).toEqual(['store/status', 'var/lib/dpkg/status']);
      expect(opened).toBe(2);
    },
    patienceMs,
  );

  it(
    'are named problems when damaged, and the thread goes on',
    async () => {
      const damaged = { ...layer, bytes: Buffer.from(layer.bytes).fill(0, 40, 60) };
      const input = { ...inputOf(damaged), digest: sha256(layer.bytes) };
      expect(await threads.read(input, task)).toMatchObject({ ok: false, error: { code: 'layer-digest-mismatch' } });
      expect(await threads.read(inputOf(layer), task)).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  it(
    'fail with the very error of their source, and the thread goes on',
    async () => {
      const gone = new OperationalError('registry-unavailable', 'the registry does not answer');
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield layer.bytes.subarray(0, 100);
        await Promise.resolve();
        throw gone;
      }
      await expect(
        threads.read(
          inputOf(layer, () => Promise.resolve(broken())),
          task,
        ),
      ).rejects.toBe(gone);
      await expect(
        threads.read(
          inputOf(layer, () => Promise.reject(gone)),
          task,
        ),
      ).rejects.toBe(gone);
      expect(await threads.read(inputOf(layer), task)).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  it(
    'stop at once when the signal says so, and close what they read from',
    async () => {
      const stop = new AbortController();
      let isClosed = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          yield layer.bytes.subarray(0, 100);
          stop.abort(new Error('enough'));
          for (;;) {
            await new Promise((done) => setImmediate(done));
            yield Buffer.alloc(10);
          }
        } finally {
          isClosed = true;
        }
      }
      const reading = threads.read(
        { open: () => Promise.resolve(endless()), diffId: layer.diffId },
        { ...task, signal: stop.signal },
      );
      await expect(reading).rejects.toThrow('enough');
      expect(isClosed).toBe(true);
      expect(await threads.read(inputOf(layer), task)).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  it(
    'that need more memory than a layer may take are a problem and end nothing else',
    async () => {
      // Less than the readers themselves take.
      const limits = { ...defaultLimits, layerHeapBytes: 8 * 1024 * 1024 };
      const narrow = threadsWith(limits, 1);
      try {
        const failed = { ok: false, error: { code: 'layer-out-of-memory' } };
        expect(await narrow.read(inputOf(layer), { ...task, limits })).toMatchObject(failed);
        expect(await narrow.read(inputOf(layer), { ...task, limits })).toMatchObject(failed);
      } finally {
        await narrow.close();
      }
      expect(await threads.read(inputOf(layer), task)).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  it(
    'fail with what is thrown where nobody expects it, and the thread goes on',
    async () => {
      const misread = { ...inputOf(layer), diffId: 'no-algorithm:0' };
      await expect(threads.read(misread, task)).rejects.toThrow('Digest method not supported');
      expect(await threads.read(inputOf(layer), task)).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  it(
    'are given up when the threads are closed: begun, waiting for a thread, or not begun yet',
    async () => {
      const reached = Promise.withResolvers<undefined>();
      async function* stuck(): AsyncGenerator<Uint8Array> {
        yield layer.bytes.subarray(0, 100);
        reached.resolve(undefined);
        await new Promise((done) => setTimeout(done, 1000).unref());
        yield layer.bytes.subarray(100, 200);
      }
      const narrow = threadsWith(defaultLimits, 1);
      const begun = narrow.read(
        inputOf(layer, () => Promise.resolve(stuck())),
        task,
      );
      const waiting = narrow.read(inputOf(layer), task);
      const ends = Promise.allSettled([begun, waiting]);
      await reached.promise;
      await narrow.close();
      expect(await ends).toMatchObject([
        { status: 'rejected', reason: { message: 'the thread that read a layer was ended' } },
        { status: 'rejected', reason: { message: 'the threads that read layers are closed' } },
      ]);
      await expect(narrow.read(inputOf(layer), task)).rejects.toThrow('closed');
    },
    patienceMs,
  );

  it(
    'are read by another thread when one fails that has nothing to do',
    async () => {
      // What a thread forgets to wait for: it is thrown when the layer is done already.
      const late = `import { parentPort } from 'node:worker_threads';
        const post = parentPort.postMessage.bind(parentPort);
        parentPort.postMessage = (message) => {
          post(message);
          if (message.kind === 'done') setImmediate(() => { throw new Error('late'); });
        };`;
      const execArgv = ['--import', register, '--import', `data:text/javascript,${encodeURIComponent(late)}`];
      const failing = new LayerThreads({ limits: defaultLimits, threads: 1, worthBytes: 0, execArgv });
      try {
        expect(await failing.read(inputOf(layer), task)).toMatchObject({ ok: true });
        await new Promise((done) => setTimeout(done, 500));
        expect(await failing.read(inputOf(layer), task)).toMatchObject({ ok: true });
      } finally {
        await failing.close();
      }
    },
    patienceMs,
  );
});
