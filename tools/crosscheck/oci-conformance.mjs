/**
 * Runs the conformance suite of the OCI distribution specification against the registry emulator:
 *
 *   node tools/crosscheck/oci-conformance.mjs --suite PROGRAM
 *
 * PROGRAM is the suite as `go install github.com/opencontainers/distribution-spec/conformance@latest` builds it. Digests other
 * than sha256 are left out: the emulator refuses them, as nothing says that Azure takes them. Ends as the suite ends.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withEmulator } from './emulator.mjs';

const { suite } = parseArgs({ options: { suite: { type: 'string' } } }).values;
if (suite === undefined) {
  console.error('usage: node tools/crosscheck/oci-conformance.mjs --suite PROGRAM');
  process.exit(2);
}

const user = { username: 'conformance', password: 'conformance' };
process.exitCode = await withEmulator(user, runSuite);

function runSuite(host, directory) {
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
