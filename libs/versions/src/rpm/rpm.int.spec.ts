import { execFileSync } from 'node:child_process';
import { describeWithTool } from '@tidewaiter/testing';
import { freshPairs, orderOf } from '../spec-fresh-pairs';
import { rpm } from './scheme';

/** The oracle was made on another machine; this asks the rpm of this one, in one run of its Lua interpreter. */
describeWithTool('rpm', 'rpm scheme, against the rpm on the PATH', () => {
  it('agrees on versions that no file holds', () => {
    const pairs = freshPairs(rpm, 1_000);
    const calls = pairs.map(([a, b]) => `print(rpm.vercmp([[${escaped(a)}]],[[${escaped(b)}]]).."\\n")`);
    const answers = execFileSync('rpm', ['--eval', `%{lua:${calls.join(' ')}}`], { encoding: 'utf8' });
    const native = answers.trim().split(/\s+/).map(Number);
    expect(native).toHaveLength(pairs.length);
    expect(pairs.filter(([a, b], at) => orderOf(rpm, a, b) !== native[at])).toEqual([]);
  });
});

/** Only "%" means something to rpm before Lua sees the text, and braces end the macro unless they are in pairs. */
function escaped(version: string): string {
  return version.replace(/%/g, '%%').replace(/[{}]/g, '_');
}
