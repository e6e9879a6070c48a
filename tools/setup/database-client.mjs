import { join } from 'node:path';
import { trueProgram } from './packages.mjs';
import { fingerprintOf, isFresh, stamp } from './stamp.mjs';
import { run } from './step.mjs';

const output = 'libs/db/src/generated';

/** Prisma's typed client, made from prisma/schema.prisma; not committed. */
export async function generateDatabaseClient(root) {
  const inputs = ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'];
  const fingerprint = fingerprintOf(root, inputs);
  if (isFresh(join(root, output), fingerprint)) return false;
  await run({
    doing: 'generating the database client',
    done: `database client generated into ${output}`,
    advice: 'Look at prisma/schema.prisma: the message above names the line.',
    program: join(root, 'node_modules/.bin/prisma'),
    args: ['generate'],
    root,
    // Generation is WebAssembly; only the check for a native engine has to be satisfied.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: trueProgram(), CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  stamp(join(root, output), fingerprint);
  return true;
}
