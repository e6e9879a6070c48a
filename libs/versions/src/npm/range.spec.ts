import { readFileSync } from 'node:fs';
import { satisfies } from './range';
import { npm } from './scheme';

describe('satisfies', () => {
  it.each(['ranges.txt', 'ranges.generated.txt'])('answers every line of %s', (name) => {
    const lines = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('VERSION'));
    expect(lines.length).toBeGreaterThan(15);
    expect(lines.filter((line) => !isRight(line))).toEqual([]);
  });

  it.each(['not a range', '*.1', '1.x.1', '>>1', '1.2.3.4', '^^1', 'latest', '1 - - 2'])('refuses %j', (range) => {
    expect(answer(range, '1.0.0')).toMatchObject({ ok: false, error: { code: 'range-malformed' } });
  });

  it('refuses a bad alternative even when a good one matches', () => {
    expect(answer('1.x || nonsense', '1.0.0')).toMatchObject({ ok: false });
  });

  it('answers hostile ranges in no time', () => {
    const before = process.cpuUsage();
    for (const piece of ['|| ', '1', '1.', 'x', '^', '- ', '> ', '1.2.3-', 'v', '~>']) {
      for (const length of [1_000, 2_048, 2_000_000]) {
        answer(piece.repeat(Math.ceil(length / piece.length)).slice(0, length), '1.0.0');
      }
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5_000);
  });
});

function isRight(line: string): boolean {
  const [version = '', word = '', ...range] = line.split(' ');
  const result = answer(range.join(' '), version);
  return result.ok && result.value === (word === 'in');
}

function answer(range: string, raw: string): ReturnType<typeof satisfies> {
  const version = npm.parse(raw);
  if (!version.ok) throw new Error(version.error.message);
  return satisfies(range, version.value);
}
