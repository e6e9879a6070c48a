import { inScope } from './webhooks';

describe('the scope of a webhook', () => {
  const event = { repository: 'team/api', tag: '1.0' };

  it.each([
    ['', event, true],
    ['team/api:*', event, true],
    ['team/api:1.0', event, true],
    ['team/api:1.1', event, false],
    ['team/api', event, false],
    ['team/api', { repository: 'team/api', tag: 'latest' }, true],
    ['team/web:*', event, false],
    ['team/api:*', { repository: 'team/api' }, true],
    ['team/api:1.0', { repository: 'team/api' }, false],
  ])('%s holds %j: %s', (scope, target, expected) => {
    expect(inScope(scope, target)).toBe(expected);
  });
});
