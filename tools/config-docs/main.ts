/**
 * Writes docs/configuration.md from the settings in libs/config; with --check only says whether it is up to date.
 *   node --import ./tools/typescript/register.mjs tools/config-docs/main.ts [--check]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderConfigurationPage } from '@tidewaiter/config';
import * as prettier from 'prettier';

const file = path.resolve(import.meta.dirname, '../../docs/configuration.md');
const page = await prettier.format(renderConfigurationPage(), {
  ...(await prettier.resolveConfig(file)),
  parser: 'markdown',
});

if (process.argv.includes('--check')) {
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== page) {
    console.error('docs/configuration.md is out of date. Run tools/config-docs/main.ts and commit the result.');
    process.exitCode = 1;
  }
} else {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, page);
}
