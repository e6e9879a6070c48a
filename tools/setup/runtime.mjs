import { spawnSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { say, SetupError } from './step.mjs';

const oldestHost = 20;
const oldestRuntime = 24;

export function refuseOldNode() {
  if (majorOf(process.version) < oldestHost) {
    throw new SetupError(`Node ${process.version} is too old to begin with: install Node ${oldestHost} or newer.`);
  }
}

/** Everything after the setup runs on the Node that the npm package "node" brings, whatever the host has. */
export function checkRuntime(root) {
  const program = join(root, 'node_modules/.bin/node');
  const version = versionOf(program);
  if (version !== undefined && majorOf(version) >= oldestRuntime) return false;
  if (version === undefined && majorOf(process.version) >= oldestRuntime) {
    rmSync(program, { force: true });
    symlinkSync(process.execPath, program);
    say(`the npm package "node" has no program here; using the host's Node ${process.version}`);
    return true;
  }
  throw new SetupError(
    `${program} ${version === undefined ? 'does not run' : `is ${version}`}, but Node ${oldestRuntime} is needed.\n` +
      'It comes with the npm package "node", whose install script npm did not run. Allow it and run it:\n' +
      '  npm 11 and newer: npm install-scripts approve node && npm rebuild node\n' +
      '  with ignore-scripts set: npm rebuild node --ignore-scripts=false\n' +
      `or start again with Node ${oldestRuntime} or newer on the PATH.`,
  );
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
