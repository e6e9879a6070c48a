import { PassThrough } from 'node:stream';
import { frozenProblem, goneProblem } from '@tidewaiter/feeds';
import { ProblemLog } from './problem-log';
import { processTerminal } from './terminal';

function logged(add: (log: ProblemLog) => void): readonly string[] {
  const written = new PassThrough();
  const log = new ProblemLog(processTerminal({ stdout: new PassThrough(), stderr: written, stdin: process.stdin }), 2);
  add(log);
  log.finish('the sources');
  return String(written.read()).trimEnd().split('\n');
}

const broken = (n: number) => ({ code: 'json-invalid', message: `record ${n} ends` });

describe('what is said of problems', () => {
  it('begins with what became of it', () => {
    const [first, second, third, ...rest] = logged((log) => {
      log.add(broken(1), 'ubuntu=/srv/osv');
      log.add(frozenProblem('Ubuntu:20.04:LTS', '2026-03-02T00:00:00Z'), 'ubuntu=/srv/osv');
      log.add(goneProblem('Ubuntu:14.04:LTS'));
    });
    expect(first).toBe('tidewaiter: not read: record 1 ends');
    expect(second).toMatch(
      /^tidewaiter: frozen: ubuntu=\/srv\/osv: the source has said nothing of Ubuntu:20\.04:LTS since 2026-03-02/,
    );
    expect(third).toMatch(/^tidewaiter: taken back: the source has nothing of Ubuntu:14\.04:LTS any more/);
    expect(rest).toEqual([]);
  });

  it('is not read of what is not believed to be gone', () => {
    const gone = { ...goneProblem('npm'), fatal: true as const };
    expect(logged((log) => log.add(gone))[0]).toMatch(/^tidewaiter: not read: /);
  });

  it('counts what it does not show, each kind by itself', () => {
    const lines = logged((log) => {
      for (let n = 1; n <= 5; n += 1) log.add(broken(n));
      for (const release of ['A:1', 'A:2', 'A:3']) log.add(frozenProblem(release, '2026-03-02T00:00:00Z'));
    });
    expect(lines).toHaveLength(6);
    expect(lines.slice(-2)).toEqual([
      'tidewaiter: not read: 3 more of 5 problems in the sources.',
      'tidewaiter: frozen: 1 more of 3 releases in the sources.',
    ]);
  });
});
