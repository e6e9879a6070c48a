/**
 * Writes into package-lock.json the optional packages of other platforms that npm left out.
 *
 * npm lists a platform's binary package only when the registry it asked has it. A registry mirror that serves one
 * platform therefore makes a lock file that `npm ci` refuses everywhere ("Missing: ... from lock file"). Such packages
 * are pinned to one exact version by the package that wants them, so the entry can be written without asking anybody.
 *
 *   node tools/setup/complete-lock.mjs           completes the lock file
 *   node tools/setup/complete-lock.mjs --check   exits 1 when something is missing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeLock } from './lock-entries.mjs';

const lockFile = join(import.meta.dirname, '../../package-lock.json');
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
const added = completeLock(lock);

if (added.length === 0) {
  console.log('package-lock.json is complete: every optional package of every platform has its entry');
} else if (process.argv.includes('--check')) {
  console.error(
    `package-lock.json lacks ${added.length} optional packages, so "npm ci" refuses it: ${added.join(', ')}`,
  );
  console.error('run: node tools/setup/complete-lock.mjs');
  process.exitCode = 1;
} else {
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: added ${added.length} optional packages of other platforms`);
}
