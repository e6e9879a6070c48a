/**
 * Compares our findings with OSV-Scanner's, which must be on the PATH, on the same records:
 *
 *   node tools/crosscheck/osv-scanner.mjs --advisories DIRECTORY TARGET...
 *
 * DIRECTORY holds OSV's exports, `Debian.zip`, `npm.zip`. A TARGET is an OCI layout (which needs skopeo, because OSV-Scanner reads archives
 * of docker alone), a lock file, or a bill of materials. Ends with 1 when OSV-Scanner alone has a finding. Why such findings are no error
 * of ours is told in docs/comparison.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { comparedFindings, oursOf, theirsOf } from './osv-findings.mjs';

const program = join(import.meta.dirname, '../../bin/tidewaiter');
const { values, positionals: targets } = parseArgs({
  allowPositionals: true,
  options: { advisories: { type: 'string' } },
});
if (values.advisories === undefined || targets.length === 0) {
  console.error('usage: node tools/crosscheck/osv-scanner.mjs --advisories DIRECTORY TARGET...');
  process.exit(2);
}
const advisories = resolve(values.advisories);
const scratch = mkdtempSync(join(tmpdir(), 'tidewaiter-crosscheck-'));
const store = join(scratch, 'advisories.db');
const known = { encoding: /** @type {const} */ ('utf8'), maxBuffer: 1024 ** 3 };

try {
  linkDatabases();
  execFileSync(program, ['advisories', 'import', advisories, '--store', store], { stdio: ['ignore', 2, 'inherit'] });
  let alone = 0;
  for (const target of targets) alone += compare(target);
  process.exitCode = alone === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Where OSV-Scanner looks for them, each as it would have been downloaded. */
function linkDatabases() {
  for (const file of readdirSync(advisories).filter((name) => name.endsWith('.zip'))) {
    const directory = join(scratch, 'osv-scalibr', basename(file, '.zip'));
    mkdirSync(directory, { recursive: true });
    symlinkSync(join(advisories, file), join(directory, 'all.zip'));
  }
}

/** @param {string} target */
function compare(target) {
  const ours = oursOf(JSON.parse(execFileSync(program, ['scan', target, '--store', store, '--format', 'json'], known)));
  const theirs = theirsOf(osvScanner(target));
  console.log(`\n${target}: ${ours.length} findings of ours, ${theirs.length} of OSV-Scanner's`);
  let alone = 0;
  for (const { ecosystem, both, onlyOurs, onlyTheirs, undetermined } of comparedFindings(ours, theirs)) {
    console.log(
      `${ecosystem}: ${both} both, ${onlyOurs.length} only ours, ${onlyTheirs.length} only OSV-Scanner's, ${undetermined} undetermined here`,
    );
    for (const text of onlyOurs) console.log(`  only ours: ${text}`);
    for (const text of onlyTheirs) console.log(`  only OSV-Scanner's: ${text}`);
    alone += onlyTheirs.length;
  }
  return alone;
}

/** @param {string} target */
function osvScanner(target) {
  const what = existsSync(join(target, 'oci-layout'))
    ? ['image', '--archive', dockerArchive(target)]
    : ['source', '--lockfile', resolve(target)];
  const { status, stdout, stderr, error } = spawnSync(
    'osv-scanner',
    ['scan', ...what, '--offline', '--format', 'json', '--verbosity', 'error'],
    { ...known, env: { ...process.env, OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY: scratch } },
  );
  if (error !== undefined) throw error;
  // 1: something was found. Without its databases it finds nothing, and ends as if all were well.
  if ((status !== 0 && status !== 1) || stderr.includes('could not load db'))
    throw new Error(`osv-scanner ended with ${status} for ${target}: ${stderr}`);
  return JSON.parse(stdout);
}

/** @param {string} layout */
function dockerArchive(layout) {
  const archive = join(scratch, `${basename(resolve(layout))}.tar`);
  if (!existsSync(archive)) {
    execFileSync('skopeo', ['copy', '--quiet', `oci:${layout}`, `docker-archive:${archive}:crosscheck:latest`]);
  }
  return archive;
}
