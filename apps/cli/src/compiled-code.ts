import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Keeps the compiled form of what is loaded from now on, and takes it from there at the next start. Only where the directory exists
 * already: in a home that is new each time, writing would cost more than is ever saved.
 */
export function keepCompiledCode(cacheDir: string): void {
  if (existsSync(cacheDir)) enableCompileCache(join(cacheDir, 'code'));
}
