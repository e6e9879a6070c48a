import { createThrottling, operationsOf, type ThrottlingOptions } from './throttling';

function throttling(options: Partial<ThrottlingOptions> = {}) {
  const clock = { nowMs: 1_000_000 };
  return { clock, throttle: createThrottling({ tier: 'standard', ...options }, () => clock.nowMs) };
}

function passed(work: () => void, times: number): number {
  let count = 0;
  for (let time = 0; time < times; time += 1) {
    try {
      work();
      count += 1;
    } catch {
      // Refused; what is refused with is looked at elsewhere.
    }
  }
  return count;
}

describe('throttling', () => {
  it('counts each identity by itself, and all of them together', () => {
    const { throttle } = throttling();
    expect(passed(() => throttle.admit(['read'], 'a'), 6_000)).toBe(5_000);
    expect(passed(() => throttle.admit(['read'], 'b'), 4_000)).toBe(4_000);
    expect(passed(() => throttle.admit(['read'], 'c'), 4_000)).toBe(1_000);
    expect(throttle.report()).toMatchObject({ allowed: { read: 10_000 }, refused: { read: 4_000 }, isExceeded: true });
  });

  it('has more for premium, and less for listings of referrers, which are reads too', () => {
    const list = (tier: ThrottlingOptions['tier']) => {
      const { throttle } = throttling({ tier });
      return passed(() => throttle.admit(['read', 'referrers'], 'a'), 3_000);
    };
    expect([list('basic'), list('premium')]).toEqual([250, 1_000]);
  });

  it('says how long it is closed, counting down, and then opens again', () => {
    const { throttle, clock } = throttling({ budgets: { read: { registry: 10 } } });
    const refusal = () => {
      try {
        throttle.admit(['read'], 'a');
        return undefined;
      } catch (error) {
        return error;
      }
    };
    passed(() => throttle.admit(['read'], 'a'), 10);
    expect(refusal()).toMatchObject({
      status: 429,
      code: 'TOOMANYREQUESTS',
      more: { headers: { 'Retry-After': '60' } },
    });
    clock.nowMs += 10_500;
    expect(refusal()).toMatchObject({ more: { headers: { 'Retry-After': '50' } } });
    clock.nowMs += 49_500;
    expect(refusal()).toBeUndefined();
  });

  it('lets through what comes no faster than the budget', () => {
    const { throttle, clock } = throttling({ budgets: { read: { registry: 60 } } });
    passed(() => throttle.admit(['read'], 'a'), 60);
    for (let second = 0; second < 300; second += 1) {
      clock.nowMs += 1_000;
      throttle.admit(['read'], 'a');
    }
    expect(throttle.report().isExceeded).toBe(false);
  });

  it.each([
    ['GET', '/v2/team/api/manifests/1.0', ['read']],
    ['HEAD', '/v2/team/api/blobs/sha256:a', ['read']],
    ['GET', '/acr/v1/_catalog', ['read']],
    ['GET', '/v2/team/api/referrers/sha256:a', ['read', 'referrers']],
    ['PUT', '/v2/team/api/manifests/1.0', ['write']],
    ['PATCH', '/acr/v1/team/api', ['write']],
    ['DELETE', '/v2/team/api/manifests/sha256:a', ['delete']],
    ['POST', '/oauth2/token', ['oauth']],
    ['GET', '/emulator/throttling', []],
  ])('counts %s %s as %j', (method, path, classes) => {
    expect(operationsOf(method, path)).toEqual(classes);
  });
});
