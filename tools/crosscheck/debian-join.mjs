import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { zipEntries } from './zip-entries.mjs';

/**
 * What dpkg says is installed.
 * @param {string} root
 */
export function installedPackages(root) {
  const format = '${db:Status-Status}\\t${Package}\\t${Version}\\t${source:Package}\\t${source:Version}\\n';
  const listed = execFileSync('dpkg-query', [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', format], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return listed
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([state]) => state === 'installed')
    .map(([, name, version, source, sourceVersion]) => ({ name, version, source, sourceVersion }));
}

/**
 * `Debian:12`, by the root's own os-release.
 * @param {string} root
 */
export function releaseOf(root) {
  const text = readFileSync(join(root, 'etc/os-release'), 'utf8');
  const version = /^VERSION_ID="?([^"\n]+)"?$/m.exec(text)?.[1];
  if (!/^ID="?debian"?$/m.test(text) || version === undefined) throw new Error(`${root} is not a release of Debian`);
  return `Debian:${version}`;
}

/**
 * Records that speak of a release, from a directory of zips and JSON files, one zip or one JSON file.
 * @param {string} path
 * @param {string} release
 */
export function recordsAbout(path, release) {
  const isDirectory = statSync(path).isDirectory();
  const files = isDirectory ? readdirSync(path).map((name) => join(path, name)) : [path];
  const mark = `"${release}`;
  const records = [];
  let read = 0;
  for (const file of files) {
    const entries = file.endsWith('.zip')
      ? zipEntries(file)
      : file.endsWith('.json')
        ? [{ name: file, text: readFileSync(file, 'utf8') }]
        : [];
    for (const { name, text } of entries) {
      if (!name.endsWith('.json')) continue;
      read += 1;
      if (!text.includes(mark)) continue;
      const record = JSON.parse(text);
      if (record.withdrawn === undefined) records.push(record);
    }
  }
  return { read, records };
}

/**
 * The findings by the OSV schema's own rules (https://ossf.github.io/osv-schema/#evaluation), versions compared by
 * `dpkg --compare-versions` alone. A Map from `RECORD NAME VERSION` to the fixed version, or `none`.
 */
export function joinByDpkg(packages, records, release) {
  const bySource = new Map();
  for (const installed of packages)
    bySource.set(installed.source, [...(bySource.get(installed.source) ?? []), installed]);
  const candidates = [];
  for (const record of records) {
    for (const affected of record.affected ?? []) {
      if (affected.package?.ecosystem !== release) continue;
      for (const installed of bySource.get(affected.package.name) ?? [])
        candidates.push({ record, affected, installed });
    }
  }
  const isLess = compareAll(candidates);
  const findings = new Map();
  for (const { record, affected, installed } of candidates) {
    const version = installed.sourceVersion;
    const key = `${record.id} ${installed.name} ${installed.version}`;
    if (affected.versions?.includes(version) && !findings.has(key)) findings.set(key, 'none');
    for (const range of affected.ranges ?? []) {
      const hit = evaluate(range.events, version, isLess);
      if (hit.isAffected && (!findings.has(key) || findings.get(key) === 'none'))
        findings.set(key, hit.fixed ?? 'none');
    }
  }
  return { candidates: candidates.length, comparisons: isLess.size, findings };
}

/** One range has one interval in Debian's records: everything from `introduced` up to `fixed`. */
function evaluate(events, version, isLess) {
  const introduced = events.find((event) => event.introduced !== undefined)?.introduced;
  const fixed = events.filter((event) => event.fixed !== undefined).map((event) => event.fixed);
  if (fixed.length > 1 || events.length > 2 || introduced === undefined) {
    throw new Error(`a range of another form than Debian's: ${JSON.stringify(events)}`);
  }
  const isIntroduced = introduced === '0' || !isLess.get(`${version} ${introduced}`);
  const isFixed = fixed.length === 1 && !isLess.get(`${version} ${fixed[0]}`);
  return { isAffected: isIntroduced && !isFixed, fixed: fixed[0] };
}

/** `A B` -> whether A is less than B, every pair asked once. */
function compareAll(candidates) {
  const pairs = new Set();
  for (const { affected, installed } of candidates) {
    for (const event of (affected.ranges ?? []).flatMap((range) => range.events)) {
      for (const version of [event.introduced, event.fixed]) {
        if (version !== undefined) pairs.add(`${installed.sourceVersion} ${version}`);
      }
    }
  }
  if (pairs.size === 0) return new Map();
  const script = 'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo 1; else echo 0; fi; done';
  const input = [...pairs].map((pair) => `${pair}\n`).join('');
  const answers = execFileSync('sh', ['-c', script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = answers.trim().split('\n');
  if (lines.length !== pairs.size) throw new Error('dpkg did not answer for every pair');
  return new Map([...pairs].map((pair, index) => [pair, lines[index] === '1']));
}
