import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { systemCodeOf, UserError } from '@tidewaiter/kit';
import { Owner } from './owner.schema';
import { startTokenOf } from './process-facts';

export interface DataDirClaim {
  /** Writes down where the holder answers, so that whoever comes second can be told. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

const heartbeatMs = 5_000;
const staleAfterMs = 30_000;

/** @throws UserError `data-dir-in-use` naming the holder. A holder that was killed is not one. */
export async function claimDataDir(dataDir: string): Promise<DataDirClaim> {
  const file = path.join(dataDir, 'owner.json');
  const owner: Owner = {
    pid: process.pid,
    startToken: (await startTokenOf(process.pid)) ?? '',
    host: hostname(),
    since: new Date().toISOString(),
  };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await createWhole(file, owner)) return holdClaim(file, owner);
    const found = await readFile(file, 'utf8').catch(absent);
    if (found === undefined) continue;
    const holder = await livingHolder(file, found);
    if (holder !== undefined) throw inUse(dataDir, file, holder);
    await removeStale(file, found);
  }
  throw new UserError(
    'data-dir-in-use',
    `Several processes are starting on ${dataDir} at the same moment. Start one of them again.`,
    { fields: { dataDir } },
  );
}

/** The file appears with all of its content or not at all, and only if it was not there. */
async function createWhole(file: string, owner: Owner): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o644 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function holdClaim(file: string, owner: Owner): DataDirClaim {
  const heartbeat = setInterval(() => {
    const now = new Date();
    // Losing one beat is harmless; losing them all makes the claim stale for other hosts, as it should.
    void utimes(file, now, now).catch(absent);
  }, heartbeatMs);
  heartbeat.unref();
  return {
    async announce(url) {
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify({ ...owner, url }), { mode: 0o644 });
      await rename(draft, file);
    },
    async release() {
      clearInterval(heartbeat);
      const found = parse(await readFile(file, 'utf8').catch(absent));
      if (found?.pid === owner.pid && found.startToken === owner.startToken) await rm(file, { force: true });
    },
  };
}

async function livingHolder(file: string, content: string): Promise<Owner | undefined> {
  const holder = parse(content);
  if (holder === undefined) return undefined;
  if (holder.host === hostname()) {
    return (await startTokenOf(holder.pid)) === holder.startToken ? holder : undefined;
  }
  // Another host (a container that shares the volume): its processes cannot be seen, its heartbeat can.
  const beat = await stat(file).catch(absent);
  return beat !== undefined && Date.now() - beat.mtimeMs < staleAfterMs ? holder : undefined;
}

/** Takes away exactly the file that was judged; one that somebody else has put there meanwhile is put back. */
async function removeStale(file: string, judged: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    // Somebody else has taken it away.
    return;
  }
  if ((await readFile(aside, 'utf8')) !== judged) await link(aside, file).catch(absent);
  await rm(aside, { force: true });
}

function inUse(dataDir: string, file: string, holder: Owner): UserError {
  const where = holder.url === undefined ? '' : ` and answers at ${holder.url}`;
  const sameHost = holder.host === hostname();
  const who = sameHost ? `process ${holder.pid}` : `process ${holder.pid} on host ${holder.host}`;
  const advice = sameHost
    ? `Use that one, stop it ("kill ${holder.pid}"), or choose another data directory.`
    : `Stop it there, or choose another data directory. If that host is gone, delete ${file}.`;
  return new UserError(
    'data-dir-in-use',
    `The data directory ${dataDir} is held by ${who}, running since ${holder.since}${where}. ${advice}`,
    { fields: { dataDir, pid: holder.pid, host: holder.host, url: holder.url ?? null } },
  );
}

function parse(content: string | undefined): Owner | undefined {
  if (content === undefined) return undefined;
  try {
    return Owner.parse(JSON.parse(content));
  } catch {
    // Not ours, or from a disk that was full: it names no process, so nobody holds it.
    return undefined;
  }
}

function absent(): undefined {
  // The file is not there (any more).
  return undefined;
}
