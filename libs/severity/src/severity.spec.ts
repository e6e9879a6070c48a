import type { SeverityVector } from '@tidewaiter/contracts';
import { chooseSeverity, scoreVector } from './severity';

describe('scoreVector', () => {
  // FIRST's examples and scores of its reference calculators.
  it.each<[SeverityVector['kind'], string, number, string]>([
    ['CVSS_V2', 'AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5, 'high'],
    ['CVSS_V2', '(AV:N/AC:L/Au:N/C:C/I:C/A:C)', 10, 'high'],
    ['CVSS_V2', 'AV:L/AC:H/Au:N/C:N/I:N/A:P', 1.2, 'low'],
    ['CVSS_V2', 'AV:N/AC:L/Au:N/C:N/I:N/A:N', 0, 'low'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
    ['CVSS_V3', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 8.8, 'high'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
    ['CVSS_V3', 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 7.8, 'high'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
    ['CVSS_V3', 'CVSS:3.1/A:H/I:N/C:N/S:U/UI:N/PR:N/AC:L/AV:N', 7.5, 'high'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'negligible'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N', 8.7, 'high'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N/E:U', 6.6, 'medium'],
    ['CVSS_V4', 'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3, 'high'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N', 5.3, 'medium'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:P', 7.7, 'high'],
    ['CVSS_V4', 'CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N', 1, 'low'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0, 'negligible'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSI:S', 10, 'critical'],
  ])('%s %s is %d, %s', (kind, value, score, severity) => {
    expect(scoreVector({ source: 'x', kind, value })).toEqual({ ok: true, value: { score, severity } });
  });

  it.each<[SeverityVector['kind'], string]>([
    ['CVSS_V2', 'AV:N/AC:L/Au:N/C:P/I:P'],
    ['CVSS_V2', ''],
    ['CVSS_V3', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS_V3', 'CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS_V3', 'CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/'],
    ['CVSS_V3', 'CVSS:3.1/constructor:N'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N'],
    ['CVSS_V4', `CVSS:4.0/${'AV:N/'.repeat(100_000)}`],
  ])('refuses %s %.60s', (kind, value) => {
    const result = scoreVector({ source: 'x', kind, value });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error.message.length).toBeLessThan(300);
  });

  it.each([
    ['MODERATE', 'medium'],
    ['Important', 'high'],
    ['low**', 'low'],
    ['unimportant', 'negligible'],
    ['not yet assigned', 'unknown'],
    ['CRITICAL', 'critical'],
  ])('the word %j is %s', (value, severity) => {
    expect(scoreVector({ source: 'x', kind: 'word', value })).toEqual({ ok: true, value: { severity } });
  });

  it('reads a word of mostly stars in time', () => {
    const start = performance.now();
    expect(scoreVector({ source: 'x', kind: 'word', value: `low${'*'.repeat(100_000)}x` }).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('does not guess at a word it does not know', () => {
    const result = scoreVector({ source: 'x', kind: 'word', value: 'spicy' });
    expect(result).toMatchObject({ ok: false, error: { code: 'word-unknown' } });
  });
});

describe('chooseSeverity', () => {
  const v3: SeverityVector = { source: 'ghsa', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' };
  const v30: SeverityVector = {
    source: 'ghsa',
    kind: 'CVSS_V3',
    value: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  };
  const v4: SeverityVector = {
    source: 'ghsa',
    kind: 'CVSS_V4',
    value: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N',
  };
  const word: SeverityVector = { source: 'debian', kind: 'word', value: 'low' };

  it('prefers the newest CVSS version of one source, whatever is worse', () => {
    expect(chooseSeverity([v30, v3, v4])).toEqual({ severity: 'medium', score: 5.3, source: 'ghsa' });
    expect(chooseSeverity([v30, v3])).toEqual({ severity: 'high', score: 7.5, source: 'ghsa' });
  });

  it('asks sources in the order given', () => {
    expect(chooseSeverity([word, v4])).toEqual({ severity: 'low', source: 'debian' });
    expect(chooseSeverity([v4, word])).toMatchObject({ severity: 'medium', source: 'ghsa' });
  });

  it('takes a word when a source has no readable vector', () => {
    const broken: SeverityVector = { source: 'debian', kind: 'CVSS_V3', value: 'CVSS:3.1/nonsense' };
    expect(chooseSeverity([broken, word])).toEqual({ severity: 'low', source: 'debian' });
  });

  it('passes over "not yet assigned" (trap 48: a feed without severities)', () => {
    const unrated: SeverityVector = { source: 'debian', kind: 'word', value: 'not yet assigned' };
    expect(chooseSeverity([unrated, v3])).toMatchObject({ severity: 'high', source: 'ghsa' });
    expect(chooseSeverity([unrated])).toEqual({ severity: 'unknown' });
    expect(chooseSeverity([])).toEqual({ severity: 'unknown' });
  });
});
