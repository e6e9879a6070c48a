/**
 * Compares our findings for a Debian root with a join of Debian's own records that shares no code with ours:
 *
 *   node tools/crosscheck/debian.mjs --advisories PATH --root DIR [--report FILE]
 *
 * PATH holds OSV zips or JSON files, DIR is a root file system (debootstrap, an unpacked image). FILE is a report of
 * `tidewaiter scan --format json` to check instead of scanning. Ends with 1 when there is a difference. Needs dpkg.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installedPackages, joinByDpkg, recordsAbout, releaseOf } from './debian-join.mjs';

const program = join(import.meta.dirname, '../../bin/tidewaiter');
const options = { advisories: { type: 'string' }, root: { type: 'string' }, report: { type: 'string' } };
const { advisories, root, report: reportFile } = parseArgs({ options }).values;
if (advisories === undefined || root === undefined) {
  console.error('usage: node tools/crosscheck/debian.mjs --advisories PATH --root DIR [--report FILE]');
  process.exit(2);
}

const release = releaseOf(root);
const installed = installedPackages(root);
const { read, records } = recordsAbout(advisories, release);
const { candidates, comparisons, findings: expected } = joinByDpkg(installed, records, release);
const report = reportFile === undefined ? scan() : JSON.parse(readFileSync(reportFile, 'utf8'));

const differences = [
  ...differencesOf(
    'package',
    new Map(installed.map(packageLine)),
    new Map(report.packages.filter(isDebian).map(ourPackageLine)),
  ),
  ...differencesOf('finding', expected, ourFindings()),
];
console.log(`${release}: ${installed.length} packages of ${new Set(installed.map((one) => one.source)).size} sources`);
console.log(`records: ${read} read, ${records.length} about ${release}, ${candidates} about what is installed`);
console.log(`findings: ${expected.size} by dpkg (${comparisons} comparisons), ${ourFindings().size} by tidewaiter`);
for (const difference of differences) console.log(difference);
console.log(differences.length === 0 ? 'no difference' : `${differences.length} differences`);
process.exitCode = differences.length === 0 ? 0 : 1;

function scan() {
  const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-crosscheck-'));
  try {
    const store = join(directory, 'advisories.db');
    const run = (words) =>
      execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1024 ** 3, stdio: ['ignore', 'pipe', 'inherit'] });
    console.log(run(['advisories', 'import', advisories, '--store', store]).trim());
    return JSON.parse(run(['scan', root, '--store', store, '--format', 'json']));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A finding of ours stands for every record that says so: the one that decided and the others of the vulnerability. */
function ourFindings() {
  const found = new Map();
  for (const { advisory, also, package: pkg, verdict, fixedIn } of report.findings.filter((one) =>
    isDebian(one.package),
  )) {
    for (const { id } of [advisory, ...(also ?? [])]) {
      found.set(`${id} ${pkg.name} ${pkg.version}`, verdict === 'affected' ? (fixedIn ?? 'none') : verdict);
    }
  }
  return found;
}

function isDebian({ ecosystem }) {
  return ecosystem === release;
}

function packageLine({ name, version, source, sourceVersion }) {
  return [`${name} ${version}`, `${source} ${sourceVersion}`];
}

function ourPackageLine({ name, version, source }) {
  return [`${name} ${version}`, `${source?.name ?? name} ${source?.version ?? version}`];
}

function differencesOf(what, theirs, ours) {
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  return keys
    .filter((key) => theirs.get(key) !== ours.get(key))
    .map((key) => `${what} ${key}: ${theirs.get(key) ?? 'absent'} by dpkg, ${ours.get(key) ?? 'absent'} by tidewaiter`);
}
