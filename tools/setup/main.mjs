/**
 * Makes a checkout ready, doing only what is missing or out of date: node tools/setup/main.mjs --for start|test|build
 * Runs before anything is installed, on whatever Node >= 20 the host has: nothing but Node's own modules in this folder.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { generateDatabaseClient } from './database-client.mjs';
import { installPackages } from './packages.mjs';
import { checkPostgres } from './postgres.mjs';
import { checkRuntime, refuseOldNode } from './runtime.mjs';
import { say, SetupError, stopWithChildren } from './step.mjs';

const root = join(import.meta.dirname, '../..');
const steps = [installPackages, checkRuntime, checkPostgres, generateDatabaseClient, build];

stopWithChildren();
process.exitCode = await main();

async function main() {
  const { values } = parseArgs({ options: { for: { type: 'string', default: 'build' } } });
  if (!['start', 'test', 'build'].includes(values.for)) {
    console.error(`setup: --for takes start, test or build, not "${values.for}"`);
    return 2;
  }
  const startedAt = performance.now();
  try {
    refuseOldNode();
    let done = 0;
    for (const step of steps) done += (await step(root)) ? 1 : 0;
    if (done === 0) say(`nothing to do (${Math.round(performance.now() - startedAt)} ms)`);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\nsetup: FAILED: ${error.message}`);
    return error.exitCode;
  }
}
