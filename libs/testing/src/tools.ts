import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { testEnvironment } from './services/environment';

/**
 * `describe` for tests that need a program of the operating system. Where it is missing they are left out, which is said;
 * in CI, where everything has been installed, its absence is a failure.
 */
export function describeWithTool(tool: string | readonly string[], name: string, tests: () => void): void {
  const missing = [tool].flat().filter((program) => !hasTool(program));
  if (missing.length === 0) {
    describe(name, tests);
    return;
  }
  leaveOut(name, `${missing.join(', ')} not found on the PATH`, tests);
}

/**
 * The same for a module of Python's. The Python that is first on the PATH need not have what the system's has: `tests` gets the one that
 * does.
 */
export function describeWithPython(module: string, name: string, tests: (python: string) => void): void {
  const python = ['python3', '/usr/bin/python3'].find(
    (program) => spawnSync(program, ['-c', `import ${module}`]).status === 0,
  );
  if (python !== undefined) describe(name, () => tests(python));
  else leaveOut(name, `no python3 with the module ${module}`, () => tests('python3'));
}

/** For what makes files of other owners (debootstrap, umoci, rpm in a root of its own), which only root may. */
export function describeAsRoot(name: string, tests: () => void): void {
  if (process.getuid?.() === 0) describe(name, tests);
  else leaveOut(name, 'needs root', tests);
}

function leaveOut(name: string, reason: string, tests: () => void): void {
  if (testEnvironment().isCi) {
    describe(name, () => {
      it(`has what it needs`, () => {
        throw new Error(`${reason}; in CI nothing may be left out`);
      });
    });
    return;
  }
  // eslint-disable-next-line no-console -- this is how a run says what it left out
  console.warn(`left out: ${name} (${reason})`);
  describe.skip(`${name} (left out: ${reason})`, tests);
}

/** Whether the program is on the PATH and may be run. `redis-server` is also there when REDIS_URL is set. */
function hasTool(program: string): boolean {
  const { searchPath, redisUrl } = testEnvironment();
  if (program === 'redis-server' && redisUrl !== undefined) return true;
  return (searchPath ?? '').split(path.delimiter).some((directory) => isExecutable(path.join(directory, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not in this directory.
    return false;
  }
}
