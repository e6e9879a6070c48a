import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Order, VersionScheme } from './version-scheme';

/**
 * Pairs that no oracle file holds: versions of the scheme's oracle cut up and joined anew, different ones in every run. The
 * two of a pair begin alike, otherwise their first number decides.
 */
export function freshPairs(scheme: VersionScheme, count: number): readonly (readonly [string, string])[] {
  const known = versionsOf(scheme.id);
  const pairs: (readonly [string, string])[] = [];
  while (pairs.length < count) {
    const start = anyOf(known);
    const at = below(start.length + 1);
    const [a, b] = [start.slice(0, at) + endOf(anyOf(known)), start.slice(0, at) + endOf(anyOf(known))];
    if (scheme.parse(a).ok && scheme.parse(b).ok) pairs.push([a, b]);
  }
  return pairs;
}

/**
 * Fresh pairs of which a program under tools/oracles says something else than we do, also that one of the two is no version
 * at all. It reads `A B` a line and answers with `<`, `=`, `>` or `!`.
 */
export function disagreements(
  scheme: VersionScheme,
  interpreter: readonly string[],
  program: string,
): readonly string[] {
  const pairs = freshPairs(scheme, 2_000);
  const [command = '', ...options] = interpreter;
  const path = fileURLToPath(new URL(`../../../tools/oracles/${scheme.id}/${program}`, import.meta.url));
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('');
  const answers = execFileSync(command, [...options, path], { input, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  return pairs.flatMap(([a, b], at) => {
    const order = orderOf(scheme, a, b) ?? 0;
    const ours = order === 0 ? '=' : order < 0 ? '<' : '>';
    return answers[at] === ours ? [] : [`${a} ${ours} ${b}, natively ${answers[at]}`];
  });
}

export function orderOf(scheme: VersionScheme, a: string, b: string): Order | undefined {
  const left = scheme.parse(a);
  const right = scheme.parse(b);
  return left.ok && right.ok ? scheme.compare(left.value, right.value) : undefined;
}

function versionsOf(id: string): readonly string[] {
  const text = readFileSync(new URL(`./${id}/oracle.generated.txt`, import.meta.url), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [a, , b] = line.split(' ');
    return /^[#!]/.test(line) || a === undefined || b === undefined ? [] : [a, b];
  });
}

function endOf(text: string): string {
  return text.slice(below(text.length));
}

function anyOf(texts: readonly string[]): string {
  return texts[below(texts.length)] ?? '';
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}
