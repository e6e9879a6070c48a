import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'main.mjs');
const lib = join(import.meta.dirname, '../../libs/deflate');

describe('the inflater in WebAssembly', () => {
  it('is what its source compiles to', async () => {
    await expect(run(process.execPath, [program, '--check'])).resolves.toMatchObject({ stderr: '' });
  });

  it('is said to be out of date when it is not, or when the source is wrong', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'tidewaiter-assembly-'));
    try {
      await cp(lib, copy, { recursive: true });
      const memory = join(copy, 'assembly/memory.ts');
      const source = await readFile(memory, 'utf8');
      await writeFile(memory, source.replace('outputBytes: usize = 0x40000', 'outputBytes: usize = 0x20000'));
      await expect(run(process.execPath, [program, '--check', copy])).rejects.toMatchObject({
        stderr: expect.stringContaining('is out of date'),
      });
      await writeFile(memory, `${source}\nexport const wrong: usize = 'text';\n`);
      await expect(run(process.execPath, [program, copy])).rejects.toMatchObject({
        stderr: expect.stringContaining('was not compiled'),
      });
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
