import { ok, type Result } from '@tidewaiter/kit';
import { type BadVector, parseMetrics, type VectorGrammar, weightOf } from './vector';

/** https://www.first.org/cvss/v2/guide */
const grammar: VectorGrammar = {
  metrics: new Map([
    ['AV', 'L A N'],
    ['AC', 'H M L'],
    ['Au', 'M S N'],
    ['C', 'N P C'],
    ['I', 'N P C'],
    ['A', 'N P C'],
    ['E', 'U POC F H ND'],
    ['RL', 'OF TF W U ND'],
    ['RC', 'UC UR C ND'],
    ['CDP', 'N L LM MH H ND'],
    ['TD', 'N L M H ND'],
    ['CR', 'L M H ND'],
    ['IR', 'L M H ND'],
    ['AR', 'L M H ND'],
  ]),
  required: ['AV', 'AC', 'Au', 'C', 'I', 'A'],
};

const accessVector = { L: 0.395, A: 0.646, N: 1 };
const accessComplexity = { H: 0.35, M: 0.61, L: 0.71 };
const authentication = { M: 0.45, S: 0.56, N: 0.704 };
const impactWeight = { N: 0, P: 0.275, C: 0.66 };

/** Base score; temporal and environmental metrics are read and left aside. Older sources put the vector in parentheses. */
export function baseScoreV2(vector: string): Result<number, BadVector> {
  const parsed = parseMetrics(vector.replace(/^\((.*)\)$/, '$1'), grammar);
  if (!parsed.ok) return parsed;
  const metric = (name: string): string | undefined => parsed.value.get(name);
  const remaining = ['C', 'I', 'A'].reduce((product, name) => product * (1 - weightOf(impactWeight, metric(name))), 1);
  const impact = 10.41 * (1 - remaining);
  const exploitability =
    20 *
    weightOf(accessVector, metric('AV')) *
    weightOf(accessComplexity, metric('AC')) *
    weightOf(authentication, metric('Au'));
  if (impact === 0) return ok(0);
  return ok(Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10);
}
