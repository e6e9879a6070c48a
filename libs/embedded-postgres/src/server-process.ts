import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import path from 'node:path';
import { OperationalError, systemCodeOf, UserError, type Logger } from '@tidewaiter/kit';
import type { Account } from './account';
import { programEnvironment } from './cluster';
import { commandLineOf, isAlive, waitUntilGone } from './process-facts';

export interface ServerOptions {
  readonly program: string;
  readonly account: Account;
  readonly directory: string;
  readonly port: number | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

export interface Server {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
/** After these PostgreSQL is stopped the hard way, which costs it a recovery at its next start and nothing else. */
const fastStopMs = 2_500;
const immediateStopMs = 400;

export async function startServer(options: ServerOptions): Promise<Server> {
  const attempts = 4;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const outcome = await tryStart(options, port);
    if (outcome.started) return serve(outcome.child, port, options.logger);
    const retriable =
      (options.port === undefined && outcome.said.includes('could not bind')) ||
      // Backends of a killed server need a moment to notice and leave.
      outcome.said.includes('shared memory block');
    if (!retriable || attempt === attempts) throw startFailed(options, port, outcome.said);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Stops the server that a killed process left behind on this very directory. */
export async function stopOrphan(directory: string, logger: Logger): Promise<void> {
  const file = path.join(directory, 'postmaster.pid');
  // Its first line is the process id: https://www.postgresql.org/docs/18/storage-file-layout.html
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    // Nobody was left behind. What cannot be read for another reason is for the caller to know.
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  const pid = Number(content?.split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  const commandLine = isAlive(pid) ? await commandLineOf(pid) : undefined;
  if (commandLine === undefined || !commandLine.includes(`-D ${directory} `)) {
    // The id may belong to an unrelated process by now, for which PostgreSQL would refuse to start.
    await rm(file, { force: true });
    return;
  }
  logger.info('orphaned postgres found', { pid, directory });
  await stopPid(pid);
}

interface Started {
  readonly started: true;
  readonly child: ChildProcess;
}
interface NotStarted {
  readonly started: false;
  readonly said: string;
}

async function tryStart(options: ServerOptions, port: number): Promise<Started | NotStarted> {
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program, ...rest] = [...options.account.prefix, options.program];
  const child = spawn(program ?? options.program, [...rest, '-D', options.directory, '-p', String(port), ...settings], {
    env: programEnvironment,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own session: Ctrl-C reaches us alone, and PostgreSQL stops when everything that uses it has stopped.
    detached: true,
    ...options.account.spawnAs,
  });
  let said = '';
  let isReady = false;
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => child.kill('SIGQUIT'), startTimeoutMs);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timeout);
      resolve({ started: false, said: said.trim() });
    });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk: string) => {
      options.logger.debug('postgres said', { text: chunk.trimEnd() });
      if (isReady) return;
      said = (said + chunk).slice(-8_000);
      if (!said.includes('database system is ready to accept connections')) return;
      isReady = true;
      clearTimeout(timeout);
      resolve({ started: true, child });
    });
  });
}

function serve(child: ChildProcess, port: number, logger: Logger): Server {
  const pid = child.pid ?? 0;
  let stopping: Promise<void> | undefined;
  // The last line of defence when the process ends without an ordered stop.
  const onExit = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', onExit);
  child.once('exit', (code, signal) => {
    process.removeListener('exit', onExit);
    if (stopping === undefined) logger.error('embedded postgres ended', { pid, code, signal });
  });
  // An idle server must not keep a finished process alive.
  child.unref();
  // The pipe is a socket, which its type does not say.
  if (child.stderr instanceof Socket) child.stderr.unref();
  return {
    port,
    pid,
    stop() {
      stopping ??= stopChild(child, pid);
      return stopping;
    },
  };
}

async function stopChild(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = once(child, 'exit');
  await stopPid(pid);
  await exited;
}

/** https://www.postgresql.org/docs/18/server-shutdown.html: SIGINT is the fast shutdown, SIGQUIT the immediate one. */
async function stopPid(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
    ['SIGKILL', immediateStopMs],
  ] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    if (await waitUntilGone(pid, timeoutMs)) return;
  }
  throw new OperationalError('embedded-postgres-stop-failed', `PostgreSQL (process ${pid}) does not end.`, {
    fields: { pid },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new OperationalError('no-free-port', 'The system gave no free TCP port on 127.0.0.1.');
  }
  return address.port;
}

function startFailed(options: ServerOptions, port: number, said: string): Error {
  if (said.includes('could not bind')) {
    return new UserError(
      'embedded-postgres-port-taken',
      `PostgreSQL cannot listen on 127.0.0.1:${port}: something else does. Choose another port.`,
      { fields: { port } },
    );
  }
  return new OperationalError(
    'embedded-postgres-start-failed',
    `PostgreSQL did not start on ${options.directory}: ${said === '' ? 'it said nothing' : said}`,
    { fields: { directory: options.directory } },
  );
}
