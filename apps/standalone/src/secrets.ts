import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from './read-if-there';

/** A secret of this installation: made once, kept in a file only its owner reads. */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const directory = join(dataDir, 'secrets');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, name);
  const kept = (await readIfThere(path))?.trim();
  if (kept !== undefined && kept !== '') return kept;
  const secret = randomBytes(24).toString('base64url');
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** Keeps a secret that was made elsewhere, where `secretPath` says. */
export async function keepSecret(dataDir: string, name: string, secret: string): Promise<void> {
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  await writeFile(secretPath(dataDir, name), `${secret}\n`, { mode: 0o600 });
}

export function secretPath(dataDir: string, name: string): string {
  return join(dataDir, 'secrets', name);
}
