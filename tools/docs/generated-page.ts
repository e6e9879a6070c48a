import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as prettier from 'prettier';

/**
 * Writes docs/<name> from what a program made, formatted; with --check on the command line it only says whether the page is up to
 * date, by the exit code too.
 */
export async function generatedPage(name: string, content: string, program: string): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../../docs', name);
  const page = await prettier.format(content, { ...(await prettier.resolveConfig(file)), parser: 'markdown' });
  if (!process.argv.includes('--check')) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, page);
    return;
  }
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found === page) return;
  console.error(`docs/${name} is out of date. Run ${program} and commit the result.`);
  process.exitCode = 1;
}
