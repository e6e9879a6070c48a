import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import configs from '../../rolldown.config.mjs';

describe('the built programs', () => {
  it('are all there, and nothing of an earlier build is', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'build-spec-'));
    const dist = path.join(dir, 'dist');
    // As they are built, one after the other, each from a program of one line.
    const buildAll = async (text: string): Promise<readonly string[]> => {
      for (const [index, { output }] of [configs].flat().entries()) {
        const input = path.join(dir, `program-${String(index)}.mjs`);
        writeFileSync(input, `import('./part-${String(index)}.mjs');`);
        writeFileSync(path.join(dir, `part-${String(index)}.mjs`), `console.log('${text}')`);
        // Its default is a function, which the native part does not take from a test's own realm.
        await build({ input, output: { ...output, dir: dist, sourcemapIgnoreList: false } });
      }
      return readdirSync(dist).filter((name) => name.endsWith('.mjs'));
    };
    try {
      const first = await buildAll('first');
      const second = await buildAll('second');
      const programs = ['program-0.mjs', 'program-1.mjs', 'program-2.mjs'];
      expect(second).toEqual(expect.arrayContaining(programs));
      // A chunk is named after its content.
      expect(second).toHaveLength(2 * programs.length);
      expect(second.filter((name) => first.includes(name))).toEqual(programs);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
