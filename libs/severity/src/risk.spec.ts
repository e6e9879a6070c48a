import { likelyAttacked, riskOf, type RiskFactors } from './risk';

const plain: RiskFactors = {
  severity: 'high',
  isKnownExploited: false,
  isMalicious: false,
  canBeAttacked: true,
  hasFix: false,
  isCertain: true,
};

const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
const probabilities = [undefined, 0, 0.01, 0.0999, likelyAttacked, 0.5, 1];
const flags = [false, true];

const every: readonly RiskFactors[] = severities.flatMap((severity) =>
  probabilities.flatMap((epss) =>
    flags.flatMap((isKnownExploited) =>
      flags.map((hasFix) => ({ ...plain, severity, epss, isKnownExploited, hasFix })),
    ),
  ),
);

describe('risk', () => {
  it('keeps its bands, whatever the other factors', () => {
    for (const factors of every) {
      const risk = riskOf(factors);
      const [least, most] = factors.isKnownExploited
        ? [80, 99]
        : (factors.epss ?? 0) >= likelyAttacked
          ? [60, 79]
          : [0, 59];
      expect(risk).toBeGreaterThanOrEqual(least);
      expect(risk).toBeLessThanOrEqual(most);
      expect(riskOf({ ...factors, isMalicious: true })).toBe(100);
    }
  });

  it('never falls when a factor gets worse', () => {
    for (const factors of every) {
      const risk = riskOf(factors);
      expect(riskOf({ ...factors, isKnownExploited: true })).toBeGreaterThanOrEqual(risk);
      expect(riskOf({ ...factors, hasFix: true })).toBeGreaterThanOrEqual(risk);
      expect(riskOf({ ...factors, severity: 'critical' })).toBeGreaterThanOrEqual(risk);
      expect(riskOf({ ...factors, epss: 1 })).toBeGreaterThanOrEqual(risk);
      expect(riskOf({ ...factors, isCertain: false })).toBeLessThanOrEqual(risk);
    }
  });

  it('puts what is attacked before what is merely severe', () => {
    const severe = riskOf({ ...plain, severity: 'critical', score: 10, hasFix: true });
    expect(riskOf({ ...plain, severity: 'low', score: 2, epss: 0.3 })).toBeGreaterThan(severe);
    expect(riskOf({ ...plain, severity: 'low', score: 2, isKnownExploited: true })).toBeGreaterThan(severe);
  });

  it.each([
    ['high without anything', {}, 40],
    ['high with a fix', { hasFix: true }, 44],
    ['9.8 with a probability of 2 %', { severity: 'critical', score: 9.8, epss: 0.02 }, 50],
    ['9.8 with a probability of 55 %', { severity: 'critical', score: 9.8, epss: 0.55 }, 71.9],
    ['10.0, exploited, with a fix', { severity: 'critical', score: 10, isKnownExploited: true, hasFix: true }, 99],
    ['exploited, in headers only', { isKnownExploited: true, canBeAttacked: false }, 2.5],
    ['high that could not be decided', { isCertain: false }, 20],
  ] as const)('is documented: %s', (_what, factors, expected) => {
    expect(riskOf({ ...plain, ...factors })).toBe(expected);
  });
});
