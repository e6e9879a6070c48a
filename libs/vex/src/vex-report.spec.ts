import type { Explanation, Suppression } from '@tidewaiter/contracts';
import { explainedWith } from './vex-report';

const explanation: Explanation = {
  package: { purl: 'pkg:npm/lodash@1.0.0', ecosystem: 'npm', name: 'lodash', version: '1.0.0' },
  vulnerability: 'CVE-1',
  outcome: 'affected',
  conclusion: 'lodash 1.0.0 is affected.',
  keys: [],
  records: [],
};
const said: Suppression = {
  status: 'not_affected',
  source: 'vex.json',
  document: 'd',
  author: 'Acme',
  justification: 'component_not_present',
  timestamp: '2026-01-01T00:00:00Z',
};

describe('explainedWith', () => {
  it('says who is believed and who is not', () => {
    const claim: Suppression = { status: 'fixed', source: 'app/web', document: 'd', author: 'Eve', timestamp: '' };
    expect(explainedWith(explanation, { suppression: said, claim })).toEqual({
      ...explanation,
      conclusion:
        'lodash 1.0.0 is affected. It is suppressed, since Acme says that it is not affected: component not present (vex.json). ' +
        'Eve says that it is fixed (app/web), and is not believed here.',
      suppression: said,
      claim,
    });
  });

  it('says nothing where nobody does', () => {
    expect(explainedWith(explanation, {})).toEqual(explanation);
  });
});
