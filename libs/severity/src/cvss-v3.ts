import { ok, type Result } from '@tidewaiter/kit';
import { type BadVector, malformedVector, parseMetrics, type VectorGrammar, weightOf } from './vector';

const modifiedBase: [string, string][] = [
  ['MAV', 'X N A L P'],
  ['MAC', 'X L H'],
  ['MPR', 'X N L H'],
  ['MUI', 'X N R'],
  ['MS', 'X U C'],
  ['MC', 'X N L H'],
  ['MI', 'X N L H'],
  ['MA', 'X N L H'],
];

/** https://www.first.org/cvss/v3.1/specification-document */
const grammar: VectorGrammar = {
  metrics: new Map([
    ['AV', 'N A L P'],
    ['AC', 'L H'],
    ['PR', 'N L H'],
    ['UI', 'N R'],
    ['S', 'U C'],
    ['C', 'N L H'],
    ['I', 'N L H'],
    ['A', 'N L H'],
    ['E', 'X U P F H'],
    ['RL', 'X O T W U'],
    ['RC', 'X U R C'],
    ['CR', 'X L M H'],
    ['IR', 'X L M H'],
    ['AR', 'X L M H'],
    ...modifiedBase,
  ]),
  required: ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'],
};

const attackVector = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const attackComplexity = { L: 0.77, H: 0.44 };
const privileges = { N: 0.85, L: 0.62, H: 0.27 };
const privilegesInChangedScope = { N: 0.85, L: 0.68, H: 0.5 };
const userInteraction = { N: 0.85, R: 0.62 };
const impactWeight = { H: 0.56, L: 0.22, N: 0 };

/** Base score of a 3.0 or 3.1 vector; temporal and environmental metrics are read and left aside. */
export function baseScoreV3(vector: string): Result<number, BadVector> {
  const prefix = /^CVSS:3\.[01]\//.exec(vector)?.[0];
  if (prefix === undefined) return malformedVector(vector, 'it does not begin with "CVSS:3.0/" or "CVSS:3.1/"');
  const parsed = parseMetrics(vector.slice(prefix.length), grammar);
  if (!parsed.ok) return parsed;
  const metric = (name: string): string | undefined => parsed.value.get(name);
  const isScopeChanged = metric('S') === 'C';

  const remaining = ['C', 'I', 'A'].reduce((product, name) => product * (1 - weightOf(impactWeight, metric(name))), 1);
  const subscore = 1 - remaining;
  const impact = isScopeChanged ? 7.52 * (subscore - 0.029) - 3.25 * (subscore - 0.02) ** 15 : 6.42 * subscore;
  if (impact <= 0) return ok(0);
  const exploitability =
    8.22 *
    weightOf(attackVector, metric('AV')) *
    weightOf(attackComplexity, metric('AC')) *
    weightOf(isScopeChanged ? privilegesInChangedScope : privileges, metric('PR')) *
    weightOf(userInteraction, metric('UI'));
  return ok(roundUp(Math.min((isScopeChanged ? 1.08 : 1) * (impact + exploitability), 10)));
}

/** "Roundup" of 3.1, appendix A. 3.0 says "to one decimal, up" without saying how; floats then add 0.1 to some scores. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
