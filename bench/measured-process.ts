import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';

export interface Measure {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** What Linux counts processor time in, whatever the processor. */
const ticksPerSecond = 100;

/** Looking takes time of a processor that the process may want: the longer it runs, the rarer. */
const looksPerRun = 100;
const soonestMs = 5;

/** `codes` are the exit codes of a run that went well. CPU time (with that of its own finished processes) and memory come from /proc, looked at until the process is gone: a zombie keeps its times. */
export function measured(
  [program = '', ...words]: readonly string[],
  codes: readonly number[] = [0],
): Promise<Measure> {
  return new Promise((done, fail) => {
    const start = performance.now();
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString('utf8').slice(0, 2000)));
    let last = { cpuMs: 0, peakBytes: 0 };
    let timer: NodeJS.Timeout;
    const look = (): void => {
      last = usage(child.pid ?? 0) ?? last;
      timer = setTimeout(look, Math.max(soonestMs, (performance.now() - start) / looksPerRun));
    };
    timer = setTimeout(look, soonestMs);
    child.on('error', fail);
    child.on('exit', (code) => {
      clearTimeout(timer);
      const measure = { wallMs: performance.now() - start, ...last };
      if (code !== null && codes.includes(code)) done(measure);
      else fail(new Error(`${program} ended with ${String(code)}: ${errors.slice(0, 500)}`));
    });
  });
}

export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));
}

function usage(pid: number): { cpuMs: number; peakBytes: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : { cpuMs: (ticks * 1000) / ticksPerSecond, peakBytes: Number(peak) * 1024 };
  } catch (error) {
    // Gone between two looks.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
