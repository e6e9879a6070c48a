import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** A step that cannot go on. The message says what failed, where, and what to do. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function say(line) {
  console.log(`setup: ${line}`);
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Ctrl-C reaches the children through the terminal; a signal sent to this process alone is passed on. Either way the
 * child ends first, so no half-written step is left running.
 */
export function stopWithChildren() {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
    process.on(signal, () => {
      for (const child of running) child.kill(signal);
      if (running.size === 0) process.exit(128 + number);
    });
  }
}

/** Runs a program, saying so before and after. What it prints is shown only when it fails. */
export async function run({ doing, done, advice, program, args, root, env = {} }) {
  say(`${doing} ...`);
  const startedAt = performance.now();
  const { output, code, signal } = await finished(program, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` },
  });
  if (signal !== null) throw new SetupError(`${doing}: ended by ${signal}`, 128 + signalNumber(signal));
  if (code !== 0) {
    const tail = output.trimEnd().split('\n').slice(-40).join('\n');
    const command = [program, ...args].join(' ');
    throw new SetupError(`${doing}: "${command}" in ${root} ended with exit code ${code}.\n${tail}\n\n${advice}`, code);
  }
  say(`${done} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

function finished(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => (output += text));
    }
    child.on('error', (error) => {
      running.delete(child);
      reject(new SetupError(`cannot start "${program}": ${error.message}`));
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ output, code, signal });
    });
  });
}

function signalNumber(signal) {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0;
}
