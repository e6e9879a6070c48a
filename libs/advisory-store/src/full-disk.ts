import { OperationalError, systemCodeOf } from '@tidewaiter/kit';

/** https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

/** What an error is called by the name of what to do about it, where the disk is full; every other one as it is. */
export function namedFullDisk(error: unknown): unknown {
  const isFull = systemCodeOf(error) === 'ENOSPC' || sqliteCodeOf(error) === sqliteFull;
  if (!isFull) return error;
  return new OperationalError(
    'disk-full',
    'There is no room left where the advisory store is written; make room there, or have it written elsewhere. What was there before is untouched.',
    { cause: error },
  );
}

function sqliteCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
}
