import { notCovered } from './not-covered';

describe('notCovered', () => {
  it.each([
    ['npm', 1, 'The advisories of npm are not there; whether its package is vulnerable is not known.'],
    ['npm', 7, 'The advisories of npm are not there; whether its 7 packages are vulnerable is not known.'],
    ['generic', 1, expect.stringMatching(/^A program was recognised/)],
    ['generic', 7, expect.stringMatching(/^7 programs were recognised/)],
  ])('says it of %s, %d times, in one sentence', (ecosystem, count, message) => {
    expect(notCovered(ecosystem, count)).toEqual({ code: 'ecosystem-not-covered', message });
  });
});
