/**
 * Everything that must be green before a commit is shared: node tools/check/main.mjs [--fast]
 * --fast leaves out what starts services: the migrations and the tests.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({ options: { fast: { type: 'boolean', default: false } } });
const typescript = ['--import', './tools/typescript/register.mjs'];

const steps = [
  { name: 'format', tool: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', tool: ['eslint/bin/eslint.js', '.', '--max-warnings', '0'] },
  { name: 'types', tool: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'dead code and dependencies', tool: ['knip/bin/knip.js', '--no-progress', '--no-config-hints'] },
  { name: 'circular imports', script: ['tools/check/circles.mjs'] },
  { name: 'lock file for every platform', script: ['tools/setup/complete-lock.mjs', '--check'] },
  { name: 'docs/configuration.md is current', script: [...typescript, 'tools/config-docs/main.ts', '--check'] },
  { name: 'docs/coverage.md is current', script: [...typescript, 'tools/coverage-docs/main.ts', '--check'] },
  { name: 'libs/deflate is compiled', script: ['tools/assembly/main.mjs', '--check'] },
  { name: 'migrations lead to the schema', script: ['tools/migrations/main.mjs', '--check'], slow: true },
  { name: 'tests', script: ['tools/test/main.mjs'], slow: true, onlyAfterGreen: true },
];

let stopped = false;
process.exitCode = await main();

async function main() {
  const lines = [];
  let failed = 0;
  for (const step of steps) {
    if (stopped) return 130;
    if (options.fast && step.slow) continue;
    if (step.onlyAfterGreen && failed > 0) {
      lines.push(`not run  ${step.name}`);
      continue;
    }
    console.log(`\ncheck: ${step.name} ...`);
    const startedAt = performance.now();
    const code = await run(step);
    const line = `${code === 0 ? 'ok      ' : 'FAILED  '} ${step.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`;
    if (code !== 0) failed += 1;
    lines.push(line);
    console.log(`check: ${line}`);
  }
  console.log(`\ncheck: summary\n${lines.map((line) => `  ${line}`).join('\n')}`);
  return failed === 0 ? 0 : 1;
}

function run({ tool = [], script = [] }) {
  const [program, ...args] = tool;
  const command = program === undefined ? script : [join(root, 'node_modules', program), ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', ...command], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NX_DAEMON: 'false' },
    });
    const stop = (signal) => {
      stopped = true;
      child.kill(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve(code ?? 1);
    });
  });
}
