/**
 * Runs the conformance suite of the OCI distribution specification against the registry emulator:
 *
 *   node tools/crosscheck/oci-conformance.mjs --suite PROGRAM
 *
 * PROGRAM is the suite as `go install github.com/opencontainers/distribution-spec/conformance@latest` builds it. Digests other
 * than sha256 are left out: the emulator refuses them, as nothing says that Azure takes them. Ends as the suite ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { suite } = parseArgs({ options: { suite: { type: 'string' } } }).values;
if (suite === undefined) {
  console.error('usage: node tools/crosscheck/oci-conformance.mjs --suite PROGRAM');
  process.exit(2);
}

const user = { username: 'conformance', password: 'conformance' };
const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-conformance-'));
const emulator = startEmulator();
try {
  process.exitCode = await runSuite(await addressOf(emulator));
} finally {
  emulator.kill('SIGTERM');
  await new Promise((resolve) => emulator.once('close', resolve));
  rmSync(directory, { recursive: true, force: true });
}

function startEmulator() {
  const config = join(directory, 'emulator.json');
  writeFileSync(config, JSON.stringify({ users: [user] }), { mode: 0o600 });
  const program = join(import.meta.dirname, '../../dist/acr-emulator.mjs');
  const parameters = ['--data-dir', join(directory, 'registry'), '--config', config, '--port', '0'];
  return spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const host = /^registry ready at http:\/\/(\S+)/.exec(line)?.[1];
    if (host !== undefined) return host;
  }
  throw new Error('the emulator did not start; was it built (npm run build)?');
}

function runSuite(host) {
  const settings = {
    OCI_REGISTRY: host,
    OCI_TLS: 'disabled',
    OCI_USERNAME: user.username,
    OCI_PASSWORD: user.password,
    OCI_RESULTS_DIR: join(directory, 'results'),
    OCI_API_BLOBS_DIGEST_HEADER: 'true',
    OCI_API_BLOBS_UPLOAD_CANCEL: 'true',
    OCI_API_MANIFESTS_DIGEST_HEADER: 'true',
    OCI_DATA_SHA512: 'false',
  };
  const { status, error, stdout } = spawnSync(suite, {
    cwd: directory,
    env: { ...process.env, ...settings },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  // Every single test has a line of its own; of interest are those that did not pass, and the sums.
  const failed = stdout.split('\n').filter((line) => /: (FAIL|Error)$/.test(line));
  console.log([...failed, stdout.slice(stdout.indexOf('OCI Conformance Result')).trimEnd()].join('\n'));
  return status ?? 1;
}
