import { noEpss, type ThreatColumns } from './match-risk';
import { threatDetail, threatTransitions } from './threat-transitions';

const nothing: ThreatColumns = { epss: noEpss, exploited: false };

describe('threatTransitions', () => {
  it.each<[Partial<ThreatColumns>, Partial<ThreatColumns>, readonly string[], readonly string[]]>([
    [{}, { exploited: true }, ['known-exploited'], ['known-exploited-withdrawn']],
    [{ epss: 0.09 }, { epss: 0.1 }, ['epss-crossed'], ['epss-fell']],
    [{}, { epss: 0.5 }, ['epss-crossed'], ['epss-fell']],
    [{ epss: 0.2 }, { epss: 0.9 }, [], []],
    [{}, { epss: 0.02 }, [], []],
    [
      {},
      { epss: 0.9, exploited: true },
      ['known-exploited', 'epss-crossed'],
      ['known-exploited-withdrawn', 'epss-fell'],
    ],
  ])('from %j to %j are %j, and back %j', (less, more, there, back) => {
    const [a, b] = [
      { ...nothing, ...less },
      { ...nothing, ...more },
    ];
    expect(threatTransitions(a, b)).toEqual(there);
    expect(threatTransitions(b, a)).toEqual(back);
  });

  it('keep the scores, and none where there was none', () => {
    expect(threatDetail(nothing, { epss: 0.5, exploited: false })).toEqual({ epss: 0.5, before: { epss: null } });
  });
});
