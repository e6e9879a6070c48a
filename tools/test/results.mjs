import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * @typedef {{ readonly file: string, readonly name: string }} LeftOut
 * @typedef {{ passed: number, failed: number, brokenFiles: string[], leftOut: LeftOut[], crashed: boolean }} Results
 */

/**
 * One jest run's results. A file that could not be loaded ran no test, but is a failure all the same.
 * @returns {Results}
 */
export function readResults(outputFile, exitCode, root) {
  if (!existsSync(outputFile)) return { passed: 0, failed: 0, brokenFiles: [], leftOut: [], crashed: true };
  const json = JSON.parse(readFileSync(outputFile, 'utf8'));
  const files = json.testResults.map((file) => ({ ...file, name: relative(root, file.name) }));
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    brokenFiles: files
      .filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'))
      .map((file) => file.name),
    leftOut: files.flatMap((file) =>
      file.assertionResults
        .filter((test) => ['pending', 'todo', 'disabled', 'skipped'].includes(test.status))
        .map((test) => ({ file: file.name, name: test.fullName })),
    ),
    crashed: exitCode !== 0 && json.success === true,
  };
}

/** @returns {Results} */
export function sum(all) {
  return {
    passed: all.reduce((count, results) => count + results.passed, 0),
    failed: all.reduce((count, results) => count + results.failed, 0),
    brokenFiles: all.flatMap((results) => results.brokenFiles),
    leftOut: all.flatMap((results) => results.leftOut),
    crashed: all.some((results) => results.crashed),
  };
}

/** What is printed after jest's own report; the counts come last and stand alone. */
export function reportOf({ passed, failed, brokenFiles, leftOut, crashed }) {
  const lines = [''];
  if (crashed) lines.push('jest itself ended early or in failure, which counts as one failure');
  if (brokenFiles.length > 0)
    lines.push('Could not be run (counted as failed):', ...brokenFiles.map((file) => `  ${file}`));
  if (leftOut.length > 0) lines.push('Left out:', ...leftOut.map(({ file, name }) => `  ${file}: ${name}`));
  if (passed + failed + brokenFiles.length === 0) lines.push('no test ran');
  const skipped = leftOut.length > 0 ? `, ${leftOut.length} skipped` : '';
  const failures = failed + brokenFiles.length + (crashed ? 1 : 0);
  return [...lines, `${passed} passed, ${failures} failed${skipped}`];
}

/** In CI everything that the tests need is installed, so a test that is left out there is a hole. */
export function exitCodeOf({ passed, failed, brokenFiles, leftOut, crashed }, { nothingMayBeLeftOut }) {
  if (crashed || failed > 0 || brokenFiles.length > 0 || passed === 0) return 1;
  return nothingMayBeLeftOut && leftOut.length > 0 ? 1 : 0;
}
