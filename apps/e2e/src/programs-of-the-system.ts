import { execFile, type ExecFileException } from 'node:child_process';

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of the operating system and answers its standard output; throws with what it said when it fails. */
export function runTool(
  tool: string,
  args: readonly string[],
  { input, timeoutMs = 300_000, env = {} }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C.UTF-8', ...env },
    };
    const child = execFile(tool, [...args], options, (error: ExecFileException | null, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${tool} ${args.join(' ')} failed: ${error.message}\n${(stdout + stderr).slice(-2_000)}`));
    });
    child.stdin?.end(input);
  });
}
