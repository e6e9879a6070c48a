import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OperationalError } from '@tidewaiter/kit';
import type { Account } from './account';

export interface Cluster {
  /** PostgreSQL's own data directory. */
  readonly directory: string;
  readonly password: string;
}

export const superuser = 'postgres';

/** Makes the cluster unless it is there. Killed in the middle, it leaves nothing that the next start takes for a cluster. */
export async function openCluster(
  dataDir: string,
  programs: { readonly initdb: string; readonly account: Account; readonly durable: boolean },
): Promise<Cluster> {
  const directory = clusterDirOf(dataDir);
  const passwordFile = path.join(dataDir, 'postgres-password');
  if ((await stat(path.join(directory, 'PG_VERSION')).catch(absent)) !== undefined) {
    return { directory, password: (await readFile(passwordFile, 'utf8')).trim() };
  }
  const draft = `${directory}.initialising`;
  await rm(draft, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await mkdir(draft, { mode: 0o700 });
  const ids = programs.account.owner;
  if (ids !== undefined) await chown(draft, ids.uid, ids.gid);
  await initialise(draft, password, programs);
  await rename(draft, directory);
  return { directory, password };
}

export function clusterDirOf(dataDir: string): string {
  return path.join(dataDir, 'postgres');
}

/** The environment of PostgreSQL's programs: nothing of ours leaks in, messages stay in the language we read. */
export const programEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } as const;

async function initialise(
  draft: string,
  password: string,
  { initdb, account, durable }: { initdb: string; account: Account; durable: boolean },
): Promise<void> {
  const secretDir = await mkdtemp(path.join(tmpdir(), 'tidewaiter-initdb-'));
  const secretFile = path.join(secretDir, 'password');
  try {
    await writeFile(secretFile, `${password}\n`, { mode: 0o600 });
    const ids = account.owner;
    if (ids !== undefined) {
      await chown(secretDir, ids.uid, ids.gid);
      await chown(secretFile, ids.uid, ids.gid);
    }
    const [program, ...rest] = [...account.prefix, initdb];
    await runToEnd(
      program ?? initdb,
      [
        ...rest,
        `--pgdata=${draft}`,
        `--username=${superuser}`,
        `--pwfile=${secretFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The built-in provider sorts alike on every host: https://www.postgresql.org/docs/18/locale.html
        '--no-locale',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      account,
    );
  } finally {
    await rm(secretDir, { recursive: true, force: true });
  }
}

async function runToEnd(program: string, parameters: readonly string[], account: Account): Promise<void> {
  const child = spawn(program, parameters, {
    env: programEnvironment,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...account.spawnAs,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new OperationalError(
    'embedded-postgres-init-failed',
    `PostgreSQL could not make its data directory (initdb ended with ${code}): ${said.trim()}`,
  );
}

function absent(): undefined {
  // There is no cluster yet.
  return undefined;
}
