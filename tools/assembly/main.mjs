/**
 * Compiles libs/deflate/assembly, which is AssemblyScript, to the WebAssembly in libs/deflate/src/compiled.ts; with --check it only
 * says whether that is up to date.
 *   node tools/assembly/main.mjs [--check] [LIB]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import asc from 'assemblyscript/asc';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const [lib = join(import.meta.dirname, '../../libs/deflate')] = positionals;
const compiled = join(lib, 'src/compiled.ts');
const options = [
  ['--runtime', 'stub'],
  ['--use', 'abort='],
  ['--optimizeLevel', '3'],
  ['--converge'],
  ['--noAssert'],
  ['--enable', 'simd'],
  // Each page has 64 KiB: all of assembly/memory.ts, and it never grows.
  ['--initialMemory', '8', '--maximumMemory', '8'],
  ['--memoryBase', String(0x5100)],
].flat();

const wasm = await compile();
const source = `/** Made from libs/deflate/assembly by tools/assembly/main.mjs. */
export const compiled =
  '${Buffer.from(wasm).toString('base64')}';
`;
if (values.check !== true) {
  writeFileSync(compiled, source);
} else if (readFileSync(compiled, 'utf8') !== source) {
  console.error('libs/deflate/src/compiled.ts is out of date. Run tools/assembly/main.mjs and commit the result.');
  process.exitCode = 1;
}

async function compile() {
  let binary;
  const place = ['inflate.ts', '--baseDir', join(lib, 'assembly'), '--outFile', 'inflate.wasm'];
  const { error, stderr } = await asc.main([...place, ...options], {
    writeFile: (_name, contents) => (binary = contents),
  });
  const said = stderr.toString();
  // A warning is a mistake here as it is everywhere else.
  if (error !== null || said !== '')
    throw new Error(`libs/deflate/assembly was not compiled.\n${said}`, { cause: error });
  return binary;
}
