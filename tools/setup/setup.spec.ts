import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { completeLock } from './lock-entries.mjs';
import { isInstalled } from './packages.mjs';
import { fingerprintOf, isFresh, sourcesBelow, stamp } from './stamp.mjs';

describe('installed packages', () => {
  const wanted = {
    '': { version: '1.0.0' },
    'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  };
  const installed = { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' } };

  it('are current when they are what the lock file says, other platforms aside', () => {
    expect(isInstalled(wanted, installed)).toBe(true);
    expect(isInstalled(wanted, { ...installed, 'node_modules/left-over': { version: '1.0.0' } })).toBe(true);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/zod': { version: '4.0.1', integrity: 'sha512-a' } }],
    ['a package has other bytes', { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-b' } }],
  ])('are stale when %s', (_case, found) => {
    expect(isInstalled(wanted, found)).toBe(false);
  });
});

describe('a lock file', () => {
  it('gets the optional packages that are not in it, and only these', () => {
    const lock = {
      packages: {
        '': {},
        'node_modules/tool': {
          version: '2.0.0',
          dev: true,
          optionalDependencies: {
            '@tool/linux-x64-gnu': '2.0.0',
            '@tool/linux-arm64-musl': '2.0.0',
            '@tool/darwin-x64': '2.0.0',
          },
        },
        'node_modules/tool/node_modules/@tool/linux-x64-gnu': { version: '2.0.0' },
      } as Record<string, object>,
    };
    expect(completeLock(lock)).toEqual(['@tool/linux-arm64-musl', '@tool/darwin-x64']);
    expect(lock.packages['node_modules/@tool/linux-arm64-musl']).toEqual({
      version: '2.0.0',
      cpu: ['arm64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    });
    expect(lock.packages['node_modules/@tool/darwin-x64']).toMatchObject({ cpu: ['x64'], os: ['darwin'] });
    expect(completeLock(lock)).toEqual([]);
  });

  it('is not guessed at: a range without an entry is an error', () => {
    const lock = { packages: { 'node_modules/tool': { optionalDependencies: { extra: '^2.0.0' } } } };
    expect(() => completeLock(lock)).toThrow('extra@^2.0.0');
  });
});

describe('what is made from sources', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'setup-spec-'));
    mkdirSync(path.join(root, 'libs/kit/__fixtures__'), { recursive: true });
    mkdirSync(path.join(root, 'dist'));
    write('libs/kit/result.ts', 'a');
    write('libs/kit/result.spec.ts', 'a');
    write('libs/kit/__fixtures__/big.json', 'a');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('depends on what is shipped, not on tests', () => {
    expect(sourcesBelow(root, ['libs'])).toEqual(['libs/kit/result.ts']);
  });

  it('is fresh until a content or a name changes, whatever the time says', () => {
    const output = path.join(root, 'dist');
    const now = (): string => fingerprintOf(root, sourcesBelow(root, ['libs']));
    expect(isFresh(output, now())).toBe(false);
    stamp(output, now());
    utimesSync(path.join(root, 'libs/kit/result.ts'), 0, 0);
    expect(isFresh(output, now())).toBe(true);
    write('libs/kit/result.ts', 'b');
    expect(isFresh(output, now())).toBe(false);
    write('libs/kit/result.ts', 'a');
    write('libs/kit/new.ts', '');
    expect(isFresh(output, now())).toBe(false);
  });

  function write(file: string, text: string): void {
    writeFileSync(path.join(root, file), text);
  }
});
