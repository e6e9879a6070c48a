import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemCodeOf } from '@tidewaiter/kit';

const run = promisify(execFile);

/** A process that ended and was never waited for (a container's first process may not) counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return systemCodeOf(error) === 'EPERM';
  }
}

/**
 * Tells two processes apart that had the same id one after the other: the time the process started.
 * undefined when there is no such process.
 */
export async function startTokenOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    // Field 22, counted after the command name, which may itself hold blanks and brackets:
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(absent);
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  }
  return processField(pid, 'lstart=');
}

export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(absent);
    return commandLine?.replaceAll('\0', ' ').trim();
  }
  return processField(pid, 'command=');
}

/** Whether the process is gone within the time. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

async function processField(pid: number, field: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', field, '-p', String(pid)]);
    return stdout.trim() === '' ? undefined : stdout.trim();
  } catch {
    // `ps` answers with an exit code when there is no such process.
    return undefined;
  }
}

function absent(): undefined {
  // The process ended: its directory in /proc is gone.
  return undefined;
}
