import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root }).sort()];

describe('documentation', () => {
  it.each(pages)('%s links only to what exists', (page) => {
    const broken = linksOf(page).filter((target) => !existsSync(path.join(root, target)));
    expect(broken).toEqual([]);
  });

  it('has no page that cannot be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const target of linksOf(page)) if (target.endsWith('.md')) reached.add(target);
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('numbers the decisions without a gap', () => {
    const numbers = globSync('docs/adr/*.md', { cwd: root }).map((page) => Number(path.basename(page).slice(0, 4)));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_number, index) => index + 1));
  });

  it('says of every trap which spec names it', () => {
    const rows = [...read('docs/traps.md').matchAll(/^\| (\d+) +\|.*\|(.*)\|$/gm)];
    expect(rows.map((row) => Number(row[1]))).toEqual(rows.map((_row, index) => index + 1));
    const missing = rows.flatMap(([, number = '', specs = '']) =>
      [...specs.matchAll(/\]\(\.\.\/([^)]+)\)/g)]
        .map((link) => link[1] ?? '')
        .filter((spec) => !trapsNamedIn(read(spec)).has(Number(number)))
        .map((spec) => `${number} ${spec}`),
    );
    expect(missing).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([a-z]+)/g)].map((match) => match[1] ?? ''));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('names files of the workspace that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:tools|libs|apps|docs|prisma|bin)\/[\w./-]+)`/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });
});

/** The targets of a page's relative links, as paths in the workspace. */
function linksOf(page: string): readonly string[] {
  return [...read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => path.normalize(path.join(path.dirname(page), target)));
}

/** `(trap 4)`, `(traps 20 and 21)`, `(trap 31, 47)`. */
function trapsNamedIn(spec: string): ReadonlySet<number> {
  const named = [...spec.matchAll(/\btraps? (\d+(?:(?:,| and) \d+)*)/g)].flatMap((match) =>
    (match[1] ?? '').split(/\D+/),
  );
  return new Set(named.map(Number));
}

function read(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}
