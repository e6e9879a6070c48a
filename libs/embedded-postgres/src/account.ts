import { execFile } from 'node:child_process';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@tidewaiter/kit';

/** How to start PostgreSQL's programs: as ourselves, or, because it refuses to run as root, as another account. */
export interface Account {
  /** Who owns PostgreSQL's files, when that is not ourselves. */
  readonly owner?: Ids;
  /** What to pass to spawn so that the program runs as the owner. */
  readonly spawnAs: Partial<Ids>;
  /** Put before the program's own command line. */
  readonly prefix: readonly string[];
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/**
 * As root, files that exist keep their owner; otherwise the account is `postgres` where the host has it, else `nobody`.
 * No account is made: a program should not change the host's users to keep its own data.
 */
export async function chooseAccount(clusterDir: string, programs: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { spawnAs: {}, prefix: [] };
  const ids = (await ownerOf(clusterDir)) ?? (await idsOf('postgres')) ?? (await idsOf('nobody'));
  if (ids === undefined) {
    throw new UserError(
      'embedded-postgres-account-missing',
      'PostgreSQL does not run as root, and this host has neither a "postgres" nor a "nobody" account. ' +
        'Start as another user, or set DATABASE_URL to a PostgreSQL server of your own.',
    );
  }
  const places = [path.dirname(clusterDir), ...programs.map((program) => path.dirname(program))];
  const blocked = await firstUnreachable(places, ids);
  if (blocked === undefined) return { owner: ids, spawnAs: ids, prefix: [] };
  return { owner: ids, spawnAs: {}, prefix: await passThroughDirectories(blocked, ids) };
}

async function ownerOf(clusterDir: string): Promise<Ids | undefined> {
  const found = await stat(clusterDir).catch(absent);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

async function idsOf(account: string): Promise<Ids | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', account]), run('id', ['-g', account])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // `id` answers with an exit code when there is no such account.
    return undefined;
  }
}

/** The first directory on the way to one of the places that the account may not enter. */
async function firstUnreachable(places: readonly string[], ids: Ids): Promise<string | undefined> {
  for (const place of places) {
    for (let directory = place; ; directory = path.dirname(directory)) {
      const { mode, uid, gid } = await stat(directory);
      const enter = uid === ids.uid ? 0o100 : gid === ids.gid ? 0o010 : 0o001;
      if ((mode & enter) === 0) return directory;
      if (directory === path.dirname(directory)) break;
    }
  }
  return undefined;
}

/**
 * A checkout below a directory of mode 0700 (root's home, a temporary directory) cannot be entered by the other account.
 * `setpriv` starts the program as that account with the one capability that lets it pass (CAP_DAC_OVERRIDE) and no other.
 */
async function passThroughDirectories(blocked: string, ids: Ids): Promise<readonly string[]> {
  for (const setpriv of ['/usr/bin/setpriv', '/bin/setpriv']) {
    const found = await access(setpriv).then(
      () => true,
      () => false,
    );
    if (!found) continue;
    const capability = '-all,+dac_override';
    return [
      setpriv,
      `--reuid=${ids.uid}`,
      `--regid=${ids.gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      `--bounding-set=${capability}`,
    ];
  }
  throw new UserError(
    'embedded-postgres-unreachable',
    `PostgreSQL does not run as root, and the account it would use (uid ${ids.uid}) may not enter ${blocked}. ` +
      `Allow it ("chmod o+x ${blocked}"), start as another user, or set DATABASE_URL to a PostgreSQL server of your own.`,
    { fields: { directory: blocked, uid: ids.uid } },
  );
}

function absent(): undefined {
  // The directory is not there yet.
  return undefined;
}
