import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnexpectedError } from '@tidewaiter/kit';

/** prisma/migrations of this installation, wherever below its root the calling code was built to. */
export function migrationsDir(): string {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const candidate = join(directory, 'prisma', 'migrations');
    if (existsSync(join(candidate, 'migration_lock.toml'))) return candidate;
    if (dirname(directory) === directory) {
      throw new UnexpectedError('migrations-missing', 'prisma/migrations is not part of this installation');
    }
  }
}
