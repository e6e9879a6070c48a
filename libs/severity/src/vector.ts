import { err, ok, type Result } from '@tidewaiter/kit';

/** Why a text gives no score. */
export interface BadVector {
  readonly code: 'vector-too-long' | 'vector-malformed' | 'word-unknown';
  readonly message: string;
}

/** A CVSS 4.0 vector with every metric set has about 180 characters. */
const vectorLengthLimit = 512;

/** The allowed values of each metric; the first `required` metrics must be there. */
export interface VectorGrammar {
  readonly metrics: ReadonlyMap<string, string>;
  readonly required: readonly string[];
}

/** `AV:N/AC:L` as a map. A metric twice, a metric or value that does not exist, or a missing base metric is an error. */
export function parseMetrics(text: string, grammar: VectorGrammar): Result<ReadonlyMap<string, string>, BadVector> {
  if (text.length > vectorLengthLimit) {
    return err({ code: 'vector-too-long', message: `the vector is ${text.length} characters long` });
  }
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const [name = '', value = '', ...rest] = part.split(':');
    const allowed = grammar.metrics.get(name)?.split(' ');
    if (rest.length > 0 || allowed?.includes(value) !== true) return malformedVector(text, `"${part}" is no metric`);
    if (metrics.has(name)) return malformedVector(text, `"${name}" is stated twice`);
    metrics.set(name, value);
  }
  const missing = grammar.required.find((name) => !metrics.has(name));
  return missing === undefined ? ok(metrics) : malformedVector(text, `"${missing}" is missing`);
}

export function malformedVector(text: string, reason: string): { readonly ok: false; readonly error: BadVector } {
  return err({ code: 'vector-malformed', message: `"${text.slice(0, 100)}" is not a CVSS vector: ${reason}` });
}

/** The weight of a metric's value; the grammar has already made sure that there is one. */
export function weightOf(table: Readonly<Record<string, number>>, value: string | undefined): number {
  const weight = table[value ?? ''];
  if (weight === undefined) throw new Error(`no CVSS weight for "${value}"`);
  return weight;
}
