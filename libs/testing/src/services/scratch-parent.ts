import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const inMemory = '/dev/shm';
/** More than all tests at once have written: their databases are small, and PostgreSQL's log is bounded. */
const neededBytes = 4 * 1024 ** 3;

/** Where databases of tests live. In memory where there is room: one for each test costs hundreds of new files. */
export function scratchParent(): string {
  try {
    accessSync(inMemory, constants.W_OK);
    const { bavail, bsize } = statfsSync(inMemory);
    if (bavail * bsize >= neededBytes) return inMemory;
  } catch {
    // Not on every system, and in many containers not for us.
  }
  return tmpdir();
}
