import { ok, type Result } from '@tidewaiter/kit';
import { macroVectorScore, type MacroVector } from './cvss-v4-table';
import { type BadVector, malformedVector, parseMetrics, type VectorGrammar } from './vector';

/** https://www.first.org/cvss/v4.0/specification-document */
const grammar: VectorGrammar = {
  metrics: new Map([
    ['AV', 'N A L P'],
    ['AC', 'L H'],
    ['AT', 'N P'],
    ['PR', 'N L H'],
    ['UI', 'N P A'],
    ['VC', 'H L N'],
    ['VI', 'H L N'],
    ['VA', 'H L N'],
    ['SC', 'H L N'],
    ['SI', 'H L N'],
    ['SA', 'H L N'],
    ['E', 'X A P U'],
    ['CR', 'X H M L'],
    ['IR', 'X H M L'],
    ['AR', 'X H M L'],
    ['MAV', 'X N A L P'],
    ['MAC', 'X L H'],
    ['MAT', 'X N P'],
    ['MPR', 'X N L H'],
    ['MUI', 'X N P A'],
    ['MVC', 'X H L N'],
    ['MVI', 'X H L N'],
    ['MVA', 'X H L N'],
    ['MSC', 'X H L N'],
    ['MSI', 'X S H L N'],
    ['MSA', 'X S H L N'],
    ['S', 'X N P'],
    ['AU', 'X N Y'],
    ['R', 'X A U I'],
    ['V', 'X D C'],
    ['RE', 'X L M H'],
    ['U', 'X Clear Green Amber Red'],
  ]),
  required: ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'],
};

type Metric = (typeof scoredMetrics)[number];
/** Without E, which has no distance inside its class. */
const scoredMetrics = ['AV', 'PR', 'UI', 'AC', 'AT', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA', 'CR', 'IR', 'AR'] as const;
type Values = Readonly<Record<Metric | 'E', string>>;

/** Values from most to least severe: the distance between two is the difference of their places. */
const ladders: Readonly<Record<Metric, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
};

/** One dimension of the macrovector with its metrics and, per class, its most severe vectors and its depth. */
interface Dimension {
  readonly metrics: readonly Metric[];
  readonly classes: Readonly<Record<string, { readonly highest: readonly string[]; readonly depth: number }>>;
}

const exploitability: Dimension = {
  metrics: ['AV', 'PR', 'UI'],
  classes: {
    '0': { highest: ['NNN'], depth: 1 },
    '1': { highest: ['ANN', 'NLN', 'NNP'], depth: 4 },
    '2': { highest: ['PNN', 'ALP'], depth: 5 },
  },
};
const complexity: Dimension = {
  metrics: ['AC', 'AT'],
  classes: { '0': { highest: ['LN'], depth: 1 }, '1': { highest: ['HN', 'LP'], depth: 2 } },
};
/** EQ3 and EQ6 depend on each other and are treated as one. */
const impact: Dimension = {
  metrics: ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
  classes: {
    '00': { highest: ['HHHHHH'], depth: 7 },
    '01': { highest: ['HHLMMH', 'HHHMMM'], depth: 6 },
    '10': { highest: ['LHHHHH', 'HLHHHH'], depth: 8 },
    '11': { highest: ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'], depth: 8 },
    '21': { highest: ['LLLHHH'], depth: 10 },
  },
};
const subsequentImpact: Dimension = {
  metrics: ['SC', 'SI', 'SA'],
  classes: {
    '0': { highest: ['HSS'], depth: 6 },
    '1': { highest: ['HHH'], depth: 5 },
    '2': { highest: ['LLL'], depth: 4 },
  },
};

/**
 * The score of a 4.0 vector with whatever threat and environmental metrics it states: 4.0 has one formula for all. The
 * class of the vector gives a score; how far the vector lies from the most severe one of its class moves it towards the
 * score of the next lower class.
 */
export function scoreV4(vector: string): Result<number, BadVector> {
  const prefix = 'CVSS:4.0/';
  if (!vector.startsWith(prefix)) return malformedVector(vector, `it does not begin with "${prefix}"`);
  const parsed = parseMetrics(vector.slice(prefix.length), grammar);
  if (!parsed.ok) return parsed;
  const values = effectiveValues(parsed.value);
  if ([values.VC, values.VI, values.VA, values.SC, values.SI, values.SA].every((value) => value === 'N')) return ok(0);

  const macro = macroVectorOf(values);
  const top = macroVectorScore(macro) ?? 0;
  const reductions = reductionsOf(values, macro, top);
  const mean = reductions.length === 0 ? 0 : reductions.reduce((sum, each) => sum + each, 0) / reductions.length;
  const score = Math.min(Math.max(top - mean, 0), 10);
  // The epsilon keeps a float such as 8.649999999 from rounding the wrong way.
  return ok(Math.round((score + 1e-6) * 10) / 10);
}

/** Modified metrics replace base metrics; what is not defined counts as the worst. */
function effectiveValues(metrics: ReadonlyMap<string, string>): Values {
  const stated = (name: string): string | undefined => {
    const value = metrics.get(name);
    return value === 'X' ? undefined : value;
  };
  const value = (name: Metric): string => stated(`M${name}`) ?? stated(name) ?? 'H';
  const entries = scoredMetrics.map((name) => [name, value(name)] as const);
  const values = Object.fromEntries(entries) as Record<Metric, string>;
  return { ...values, E: stated('E') ?? 'A' };
}

function macroVectorOf(values: Values): MacroVector {
  const { AV, PR, UI, AC, AT, VC, VI, VA, SC, SI, SA, CR, IR, AR, E } = values;
  const easy = [AV, PR, UI].filter((value) => value === 'N').length;
  const eq1 = easy === 3 ? 0 : easy > 0 && AV !== 'P' ? 1 : 2;
  const eq2 = AC === 'L' && AT === 'N' ? 0 : 1;
  const eq3 = VC === 'H' && VI === 'H' ? 0 : [VC, VI, VA].includes('H') ? 1 : 2;
  const eq4 = SI === 'S' || SA === 'S' ? 0 : [SC, SI, SA].includes('H') ? 1 : 2;
  const eq5 = E === 'A' ? 0 : E === 'P' ? 1 : 2;
  const isDemanded = (CR === 'H' && VC === 'H') || (IR === 'H' && VI === 'H') || (AR === 'H' && VA === 'H');
  return [eq1, eq2, eq3, eq4, eq5, isDemanded ? 0 : 1];
}

/** Per dimension with a next lower class: the part of the way to it that the vector has gone, in points. */
function reductionsOf(values: Values, macro: MacroVector, top: number): readonly number[] {
  const [eq1, eq2, eq3, eq4, eq5, eq6] = macro;
  const lowerImpact =
    eq3 === 0 && eq6 === 0
      ? Math.max(scoreOrNone([eq1, eq2, 0, eq4, eq5, 1]), scoreOrNone([eq1, eq2, 1, eq4, eq5, 0]))
      : scoreOrNone(eq6 === 0 ? [eq1, eq2, eq3, eq4, eq5, 1] : [eq1, eq2, eq3 + 1, eq4, eq5, 1]);
  const steps = [
    { lower: scoreOrNone([eq1 + 1, eq2, eq3, eq4, eq5, eq6]), way: wayGone(values, exploitability, `${eq1}`) },
    { lower: scoreOrNone([eq1, eq2 + 1, eq3, eq4, eq5, eq6]), way: wayGone(values, complexity, `${eq2}`) },
    { lower: lowerImpact, way: wayGone(values, impact, `${eq3}${eq6}`) },
    { lower: scoreOrNone([eq1, eq2, eq3, eq4 + 1, eq5, eq6]), way: wayGone(values, subsequentImpact, `${eq4}`) },
    { lower: scoreOrNone([eq1, eq2, eq3, eq4, eq5 + 1, eq6]), way: 0 },
  ];
  return steps.filter(({ lower }) => lower >= 0).map(({ lower, way }) => (top - lower) * way);
}

/** -1 where there is no such class. */
function scoreOrNone(macro: MacroVector): number {
  return macroVectorScore(macro) ?? -1;
}

/**
 * Distance from the first most severe vector of the class that is nowhere less severe than ours, as a share of the class's
 * depth. The dimensions share no metric, so each chooses for itself.
 */
function wayGone(values: Values, dimension: Dimension, className: string): number {
  const found = dimension.classes[className];
  for (const highest of found?.highest ?? []) {
    const distances = dimension.metrics.map((metric, at) => {
      const ladder = ladders[metric];
      return ladder.indexOf(values[metric]) - ladder.indexOf(highest.charAt(at));
    });
    if (distances.every((distance) => distance >= 0)) {
      return distances.reduce((sum, distance) => sum + distance, 0) / (found?.depth ?? 1);
    }
  }
  return 0;
}
