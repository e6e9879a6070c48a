import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, isFresh, sourcesBelow, stamp } from './stamp.mjs';
import { run } from './step.mjs';

/** The programs of apps/ as bundles in dist/. */
export async function build(root) {
  for (const command of ['bin/tidewaiter', 'bin/acr-emulator']) {
    if (existsSync(join(root, command))) chmodSync(join(root, command), 0o755);
  }
  const inputs = [
    'package-lock.json',
    'rolldown.config.mjs',
    'tsconfig.base.json',
    ...sourcesBelow(root, ['apps', 'libs']),
  ];
  const fingerprint = fingerprintOf(root, inputs);
  const output = join(root, 'dist');
  if (isFresh(output, fingerprint)) return false;
  await run({
    doing: 'building the programs',
    done: 'programs built into dist/',
    advice: 'Look at the source the message above names; "npm run typecheck" says more.',
    program: join(root, 'node_modules/.bin/rolldown'),
    args: ['-c', 'rolldown.config.mjs'],
    root,
  });
  stamp(output, fingerprint);
  return true;
}
