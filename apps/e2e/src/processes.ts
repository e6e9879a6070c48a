import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until';

const dist = join(import.meta.dirname, '../../../dist');

export type Settings = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A built program of ours as a process of its own. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** Everything it has written so far. */
  output(): string;
  /** Resolves when it has ended and its output is complete. */
  readonly ended: Promise<Ended>;
  hasEnded(): boolean;
  /** Asks it to stop and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** kill -9: it gets no chance to say goodbye. */
  kill(): Promise<void>;
}

const running = new Set<Program>();

/** Starts `dist/<name>.mjs` with these settings and no others. */
export function startProgram(name: string, settings: Settings, args: readonly string[] = []): Program {
  const file = join(dist, `${name}.mjs`);
  if (!existsSync(file)) throw new Error(`dist/${name}.mjs is missing; run "npm run build" first`);
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json', ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end();
  const program = programOf(name, child);
  running.add(program);
  return program;
}

/** Runs a program that ends by itself; throws with its output when it does not end well. */
export async function runProgram(name: string, settings: Settings): Promise<void> {
  const program = startProgram(name, settings);
  const { code } = await program.ended;
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}:\n${program.output()}`);
}

/** The address in the line by which a server says that it is ready. */
export async function addressOf(program: Program): Promise<string> {
  const ready = new RegExp(`"url":"([^"]+)".*"msg":"${program.name} ready"`);
  const state = await until(`${program.name} to be ready`, () => {
    const url = ready.exec(program.output())?.[1];
    return url === undefined && !program.hasEnded() ? undefined : { url };
  });
  if (state.url === undefined) throw new Error(`${program.name} ended instead of starting:\n${program.output()}`);
  return state.url;
}

/** Ends whatever is still running of what this file started; for afterAll. */
export async function endAll(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}

function programOf(name: string, child: ChildProcess): Program {
  let said = '';
  const hear = (chunk: Buffer): void => void (said += chunk.toString('utf8'));
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(program);
      resolve({ code, signal });
    });
  });
  const program: Program = {
    name,
    pid: child.pid ?? 0,
    output: () => said,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  return program;
}
