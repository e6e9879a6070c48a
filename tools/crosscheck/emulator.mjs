/** The registry emulator as a process of its own, for programs of others to be run against. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, '../../dist/acr-emulator.mjs');

/** Runs `work(host, directory)` beside an emulator with one user; `directory` is gone afterwards. */
export async function withEmulator(user, work) {
  const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-crosscheck-'));
  const config = join(directory, 'emulator.json');
  writeFileSync(config, JSON.stringify({ users: [user], dataEndpoint: true }), { mode: 0o600 });
  const parameters = ['--data-dir', join(directory, 'registry'), '--config', config, '--port', '0'];
  const emulator = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => emulator.once('close', resolve));
  try {
    return await work(await hostOf(emulator), directory);
  } finally {
    emulator.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

async function hostOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const host = /^registry ready at http:\/\/(\S+)/.exec(line)?.[1];
    if (host !== undefined) return host;
  }
  throw new Error('the emulator did not start; was it built (npm run build)?');
}
