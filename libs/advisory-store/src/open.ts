import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, UserError } from '@tidewaiter/kit';
import { applicationId, schemaVersion } from './schema';

/** Opens a finished store for reading; a file that is none, or is of another version, is named as such. */
export function openForReading(path: string, remedy = 'remove the file and import again'): DatabaseSync {
  if (!existsSync(path)) {
    throw new UserError(
      'advisory-store-missing',
      `There is no advisory store at ${path}; make one with "tidewaiter advisories import PATH".`,
    );
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    checkVersion(database, path, remedy);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof UserError) throw error;
    throw new UserError('advisory-store-unreadable', `${path} is not an advisory store (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

export function checkVersion(database: DatabaseSync, path: string, remedy = 'remove the file and import again'): void {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new UserError('advisory-store-unreadable', `${path} is not an advisory store.`);
  }
  const version = pragma(database, 'user_version');
  if (version !== schemaVersion) {
    throw new UserError(
      'advisory-store-version',
      `The advisory store ${path} has version ${version}, this program reads ${schemaVersion}; ${remedy}.`,
    );
  }
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
