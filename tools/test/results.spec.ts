import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exitCodeOf, readResults, reportOf, sum } from './results.mjs';

const strict = { nothingMayBeLeftOut: true };
const lenient = { nothingMayBeLeftOut: false };

describe('a test run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'results-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that passes says so alone on the last line', () => {
    const results = read({ passed: 3 });
    expect(reportOf(results).at(-1)).toBe('3 passed, 0 failed');
    expect(exitCodeOf(results, strict)).toBe(0);
  });

  it('that fails does not exit with 0', () => {
    const results = sum([read({ passed: 3 }), read({ passed: 1, failed: 2 })]);
    expect(reportOf(results).at(-1)).toBe('4 passed, 2 failed');
    expect(exitCodeOf(results, lenient)).toBe(1);
  });

  it('names what was left out, and may leave nothing out where everything is installed', () => {
    const results = read({ passed: 3, skipped: ['push by skopeo (left out: skopeo not found)'] });
    expect(reportOf(results)).toContain('  a.spec.ts: push by skopeo (left out: skopeo not found)');
    expect(reportOf(results).at(-1)).toBe('3 passed, 0 failed, 1 skipped');
    expect(exitCodeOf(results, lenient)).toBe(0);
    expect(exitCodeOf(results, strict)).toBe(1);
  });

  it('counts a file that could not be loaded as a failure', () => {
    const results = read({ passed: 3, broken: true });
    expect(reportOf(results)).toContain('  broken.spec.ts');
    expect(reportOf(results).at(-1)).toBe('3 passed, 1 failed');
    expect(exitCodeOf(results, lenient)).toBe(1);
  });

  it('that ran nothing or wrote nothing is a failure', () => {
    expect(exitCodeOf(read({}), lenient)).toBe(1);
    const nothing = readResults(path.join(folder, 'absent.json'), 0, folder);
    expect(exitCodeOf(nothing, lenient)).toBe(1);
    expect(reportOf(sum([read({ passed: 3 }), nothing])).at(-1)).toBe('3 passed, 1 failed');
  });

  it('is a failure when jest says so in spite of passing tests', () => {
    expect(exitCodeOf(read({ passed: 3, exitCode: 1 }), lenient)).toBe(1);
  });

  interface Run {
    readonly passed?: number;
    readonly failed?: number;
    readonly skipped?: readonly string[];
    readonly broken?: boolean;
    readonly exitCode?: number;
  }

  function read({ passed = 0, failed = 0, skipped = [], broken = false, exitCode = 0 }: Run): ReturnType<typeof sum> {
    const assertions = [
      ...Array.from({ length: failed }, () => ({ status: 'failed', fullName: 'fails' })),
      ...skipped.map((fullName) => ({ status: 'pending', fullName })),
    ];
    const testResults = [
      { name: path.join(folder, 'a.spec.ts'), status: failed > 0 ? 'failed' : 'passed', assertionResults: assertions },
      ...(broken ? [{ name: path.join(folder, 'broken.spec.ts'), status: 'failed', assertionResults: [] }] : []),
    ];
    const json = { numPassedTests: passed, numFailedTests: failed, success: failed === 0 && !broken, testResults };
    const file = path.join(folder, 'results.json');
    writeFileSync(file, JSON.stringify(json));
    return readResults(file, exitCode, folder);
  }
});
