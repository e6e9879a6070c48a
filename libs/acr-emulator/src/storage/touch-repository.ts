import type { Database } from './database';

/** Makes the repository when it has none yet: something in it changed. */
export function touchRepository(database: Database, repository: string, now: string): void {
  database.run(
    `INSERT INTO repository (name, created, updated) VALUES (:repository, :now, :now)
     ON CONFLICT (name) DO UPDATE SET updated = excluded.updated`,
    { repository, now },
  );
}
