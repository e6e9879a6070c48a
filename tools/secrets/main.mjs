/**
 * Makes the secret files that docker-compose.yml reads: node tools/secrets/main.mjs DIRECTORY
 * Existing files are kept, so it can be run again. The registry's password is yours: it is read from ACR_PASSWORD.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('say where: node tools/secrets/main.mjs DIRECTORY');
  process.exitCode = 2;
} else {
  makeSecrets(directory, process.env.ACR_PASSWORD ?? '');
}

function makeSecrets(target, registryPassword) {
  // The directory keeps others out; the files themselves are readable by the containers' account.
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const postgresPassword = keep(target, 'postgres_password', random());
  const redisPassword = keep(target, 'redis_password', random());
  keep(target, 'database_url', `postgresql://tidewaiter:${postgresPassword}@postgres:5432/tidewaiter`);
  keep(target, 'redis_url', `redis://:${redisPassword}@redis:6379/0`);
  keep(target, 'acr_webhook_secret', random());
  keep(target, 'api_key', `twk_${randomBytes(32).toString('base64url')}`);
  if (registryPassword !== '') keep(target, 'acr_password', registryPassword);
  if (!existsSync(join(target, 'acr_password'))) {
    console.error(
      `still missing: ${join(target, 'acr_password')}, the password of ACR_USERNAME; write it, or set ACR_PASSWORD`,
    );
    process.exitCode = 1;
  }
}

function keep(target, name, value) {
  const file = join(target, name);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  writeFileSync(file, value, { mode: 0o444 });
  console.log(`wrote ${file}`);
  return value;
}

/** Letters and digits only: it is part of two URLs. */
function random() {
  return randomBytes(24).toString('hex');
}
