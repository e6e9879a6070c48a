import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { knownUserErrorCodes, statusOfUserError } from './user-error-status';

const root = path.resolve(import.meta.dirname, '../../../..');

describe('the status of a user error', () => {
  it('is decided for every code that a feature or the server throws', () => {
    const files = ['libs/features/**/*.ts', 'libs/server/**/*.ts'].flatMap((pattern) =>
      globSync(pattern, { cwd: root }),
    );
    const thrown = files
      .filter((file) => !file.endsWith('.spec.ts') && !file.includes('/testing/'))
      .flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(/new UserError\(\s*'([a-z0-9-]+)'/g)])
      .map((found) => found[1] ?? '');
    expect(thrown.length).toBeGreaterThan(5);
    expect(thrown.filter((code) => !knownUserErrorCodes.has(code))).toEqual([]);
  });

  it('is 400 for what the engine refuses', () => {
    expect(statusOfUserError('reference-invalid')).toBe(400);
  });
});
