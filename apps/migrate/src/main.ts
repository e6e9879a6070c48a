import path from 'node:path';
import { configInvalidExitCode, databaseConfig, readConfig } from '@tidewaiter/config';
import { migrate } from '@tidewaiter/db';
import { messageOf, silentLogger, UserError } from '@tidewaiter/kit';

/** Brings the database's schema up to date and ends: for a deployment that does so once, before its processes start. */
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { database } = readConfig({ database: databaseConfig });
    // Beside dist/, where the build puts this program.
    const migrationsDir = path.resolve(import.meta.dirname, '../prisma/migrations');
    const applied = await migrate(database.url, migrationsDir, silentLogger);
    const what = applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`;
    process.stdout.write(`migrate: the schema is up to date (${what})\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`migrate: ${messageOf(error)}\n`);
    return error instanceof UserError && error.code === 'config-invalid' ? configInvalidExitCode : 1;
  }
}
