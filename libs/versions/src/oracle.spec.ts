import { existsSync, readFileSync } from 'node:fs';
import { schemes } from './registry';
import type { Order, VersionScheme } from './version-scheme';

/** One harness for every scheme: what its oracle files say, and the laws of a total order. */
describe.each(schemes.map((scheme) => [scheme.id, scheme] as const))('%s', (id, scheme) => {
  const picked = linesOf(id, 'oracle.txt');
  const generated = existsSync(fileOf(id, 'oracle.generated.txt')) ? linesOf(id, 'oracle.generated.txt') : [];
  const lines = [...picked, ...generated];
  const pairs = lines.filter((line) => !line.startsWith('! ')).map(pairOf);
  const refused = lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2));
  const total = totalOrder(scheme);

  it('orders every pair of its oracle, in both directions', () => {
    expect(pairs.length).toBeGreaterThan(5);
    const wrong = pairs.filter(({ a, b, order }) => {
      const forward = compareRaw(scheme, a, b);
      return forward !== order || compareRaw(scheme, b, a) !== opposite(order);
    });
    expect(wrong).toEqual([]);
  });

  it('lets a bound stand for exactly the versions its oracle says', () => {
    const wrong = pairs.filter(({ a, b, isCovered }) => covers(scheme, a, b) !== isCovered || covers(scheme, b, a));
    expect(scheme.covers === undefined ? [] : wrong.filter(({ order }) => order !== 0)).toEqual([]);
    expect(pairs.some(({ isCovered }) => isCovered)).toBe(scheme.covers !== undefined);
  });

  it('refuses what its oracle says is no version', () => {
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter((raw) => scheme.parse(raw).ok)).toEqual([]);
  });

  it('finds every version equal to itself', () => {
    const versions = pairs.flatMap(({ a, b }) => [a, b]);
    expect(versions.filter((raw) => compareRaw(scheme, raw, raw) !== 0)).toEqual([]);
  });

  it('sorts as it compares, except where the tool says equal or answers in circles', () => {
    if (scheme.total === undefined) return;
    const wrong = pairs.filter(({ a, b, order }) => {
      const sorted = total(parseOrThrow(scheme, a), parseOrThrow(scheme, b));
      return sorted !== order && order !== 0;
    });
    expect(wrong).toEqual([]);
  });

  it('is transitive on a sample', () => {
    const versions = pairs.flatMap(({ a, b }) => [a, b]).filter((raw) => circles[id]?.test(raw) !== true);
    const sample = versions.filter((_, at) => at % Math.ceil(versions.length / 80) === 0);
    const parsed = sample.map((raw) => parseOrThrow(scheme, raw));
    const broken: string[] = [];
    for (const [i, a] of parsed.entries()) {
      for (const [j, b] of parsed.entries()) {
        if (total(a, b) > 0) continue;
        for (const [k, c] of parsed.entries()) {
          if (total(b, c) <= 0 && total(a, c) > 0) broken.push(`${sample[i]} ${sample[j]} ${sample[k]}`);
        }
      }
    }
    expect(broken).toEqual([]);
  });

  it('answers hostile texts in no time', () => {
    const before = process.cpuUsage();
    for (const piece of [
      '1',
      '.',
      '1.',
      '-',
      '~',
      '0',
      'a',
      '1a',
      'v=',
      ' ',
      '_p',
      '-r1',
      '1-',
      'a.',
      ':',
      '+',
      '\0',
      '\u{1f4a9}',
    ]) {
      for (const length of [200, 256, 257, 1_000_000]) {
        for (const raw of [
          repeated(piece, length),
          `1${repeated(piece, length)}`,
          `1.2.3-${repeated(piece, length)}!`,
        ]) {
          const parsed = scheme.parse(raw);
          if (parsed.ok) expect(scheme.compare(parsed.value, parsed.value)).toBe(0);
          else expect(parsed.error.message.length).toBeLessThan(400);
        }
      }
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5_000);
  });

  it('names what is wrong with empty and overlong texts', () => {
    expect(scheme.parse('  ')).toMatchObject({ ok: false, error: { code: 'version-empty' } });
    expect(scheme.parse('1'.repeat(257))).toMatchObject({ ok: false, error: { code: 'version-too-long' } });
    // Some schemes bound their numbers as well.
    const longest = scheme.parse('1'.repeat(256));
    expect(longest.ok ? undefined : longest.error.code).not.toBe('version-too-long');
  });
});

/** Where a tool answers in circles and nothing can be sorted by: what the scheme's README says about it. */
const circles: Readonly<Record<string, RegExp>> = {
  maven: /^\D|\.[^\d.-]+[.-]|-0*([.-]|$)|[.-]-|\.\.|[^\d.-]0+([.-]|$)/,
};

interface Pair {
  readonly a: string;
  readonly order: Order;
  readonly b: string;
  /** "a <~ b": a bound of a stands for b too. */
  readonly isCovered: boolean;
}

function pairOf(line: string): Pair {
  const [a = '', sign = '', b = '', ...rest] = line.split(' ');
  const order = { '<': -1, '<~': -1, '=': 0, '>': 1 }[sign];
  if (order === undefined || b === '' || rest.length > 0) throw new Error(`not an oracle line: ${line}`);
  return { a, order: order < 0 ? -1 : order > 0 ? 1 : 0, b, isCovered: sign === '<~' };
}

function linesOf(id: string, name: string): readonly string[] {
  const text = readFileSync(fileOf(id, name), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function fileOf(id: string, name: string): URL {
  return new URL(`./${id}/${name}`, import.meta.url);
}

function compareRaw(scheme: VersionScheme, a: string, b: string): Order {
  return scheme.compare(parseOrThrow(scheme, a), parseOrThrow(scheme, b));
}

function totalOrder(scheme: VersionScheme): (a: unknown, b: unknown) => Order {
  return (a, b) => (scheme.total === undefined ? scheme.compare(a, b) : scheme.total(a, b));
}

function covers(scheme: VersionScheme, bound: string, version: string): boolean {
  return scheme.covers?.(parseOrThrow(scheme, bound), parseOrThrow(scheme, version)) === true;
}

function parseOrThrow(scheme: VersionScheme, raw: string): unknown {
  const parsed = scheme.parse(raw);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function opposite(order: Order): Order {
  if (order === 0) return 0;
  return order === 1 ? -1 : 1;
}

function repeated(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}
