import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './step.mjs';

/** `npm ci`, when what is installed is not what package-lock.json says. */
export async function installPackages(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules/.package-lock.json'));
  if (isInstalled(wanted, installed)) return false;
  const npm = process.env.npm_execpath;
  await run({
    doing: `installing packages with npm (half a minute or more)`,
    done: 'packages installed',
    advice:
      'Check that the npm registry can be reached (npm ping) and that the disk has 1.5 GB free. ' +
      'If npm says that the lock file is not in sync, run: node tools/setup/complete-lock.mjs',
    program: npm === undefined ? 'npm' : process.execPath,
    args: [...(npm === undefined ? [] : [npm]), 'ci', '--loglevel=error', '--no-audit', '--no-fund', '--no-progress'],
    root,
    // Prisma's own native engines are not used, so nothing of theirs is worth a download.
    env: { PRISMA_SKIP_POSTINSTALL_GENERATE: '1', PRISMA_SCHEMA_ENGINE_BINARY: trueProgram(), CHECKPOINT_DISABLE: '1' },
  });
  return true;
}

/** A program that does nothing and succeeds, for Prisma, which insists on an engine that nothing here runs. */
export function trueProgram() {
  return existsSync('/bin/true') ? '/bin/true' : '/usr/bin/true';
}

/**
 * npm writes node_modules/.package-lock.json last, so it tells what a completed installation installed. Optional
 * packages may be absent: they belong to other platforms.
 */
export function isInstalled(wanted, installed) {
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([location, entry]) => {
    if (location === '') return true;
    const there = installed[location];
    if (there === undefined) return entry.optional === true || entry.devOptional === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}
