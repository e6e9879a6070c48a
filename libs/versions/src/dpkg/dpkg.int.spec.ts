import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describeWithTool } from '@tidewaiter/testing';
import { dpkg } from './scheme';

/** The oracle was made on another machine; this asks the dpkg of this one, where there is one. */
describeWithTool('dpkg', 'dpkg scheme, against the dpkg on the PATH', () => {
  it('agrees on every tenth generated pair and on every hand-picked line', () => {
    const picked = linesOf('oracle.txt');
    const generated = linesOf('oracle.generated.txt').filter((_, at) => at % 10 === 0);
    const wrong = [...picked, ...generated].filter((line) => {
      if (line.startsWith('! ')) return spawnSync('dpkg', ['--validate-version', '--', line.slice(2)]).status === 0;
      const [a = '', , b = ''] = line.split(' ');
      return sign(a, b) !== native(a, b);
    });
    expect(wrong).toEqual([]);
  }, 60_000);
});

function linesOf(name: string): string[] {
  const text = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function sign(a: string, b: string): string {
  const left = dpkg.parse(a);
  const right = dpkg.parse(b);
  if (!left.ok || !right.ok) return 'not a version';
  return { '-1': 'lt', '0': 'eq', '1': 'gt' }[dpkg.compare(left.value, right.value)];
}

function native(a: string, b: string): string | undefined {
  return ['lt', 'eq', 'gt'].find((relation) => spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0);
}
