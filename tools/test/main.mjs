/**
 * Runs the tests and counts them: node tools/test/main.mjs [jest's arguments and paths]
 *
 * Unit and service tests run first, side by side; then the end-to-end tests two at a time, as each of them starts processes
 * of its own and waits for them more than it works. The last line is "N passed, N failed", read from jest's own results.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf, readResults, reportOf, sum } from './results.mjs';

const root = join(import.meta.dirname, '../..');
const passedOn = process.argv.slice(2);
const choosesProjects = passedOn.some((argument) => argument.startsWith('--selectProjects'));
const workers = String(Math.max(1, Math.min(4, availableParallelism())));
const rounds = choosesProjects
  ? [[`--maxWorkers=${workers}`]]
  : [
      ['--selectProjects', 'unit', 'int', `--maxWorkers=${workers}`],
      ['--selectProjects', 'e2e', '--maxWorkers=2'],
    ];

let stoppedBy;
process.exitCode = await main();

async function main() {
  const scratch = mkdtempSync(join(tmpdir(), 'tidewaiter-test-'));
  try {
    const results = [];
    for (const [index, round] of rounds.entries()) {
      const outputFile = join(scratch, `${index}.json`);
      const code = await jest(['--json', `--outputFile=${outputFile}`, '--passWithNoTests', ...passedOn, ...round]);
      if (stoppedBy !== undefined) return code;
      results.push(readResults(outputFile, code, root));
    }
    const total = sum(results);
    for (const line of reportOf(total)) console.log(line);
    return exitCodeOf(total, { nothingMayBeLeftOut: process.env.CI === 'true' && passedOn.length === 0 });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Resolves with jest's exit code. Its report goes to stderr; what it prints to stdout is the JSON over again. */
function jest(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js'), ...args],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
      process.once(signal, () => {
        stoppedBy = 128 + number;
        child.kill(signal);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(stoppedBy ?? code ?? 1));
  });
}
