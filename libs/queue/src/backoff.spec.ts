import { OperationalError, UnexpectedError } from '@tidewaiter/kit';
import { waitBeforeRetryMs } from './backoff';

const backoff = { firstMs: 1_000, lastMs: 8_000 };
const busy = new OperationalError('busy', 'Busy.');

describe('the wait before a retry', () => {
  it('doubles up to the last', () => {
    const waits = [1, 2, 3, 4, 5].map((attemptsMade) =>
      waitBeforeRetryMs(busy, { backoff }, { attemptsMade, random: () => 1 }),
    );
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('is spread, never to less than three quarters', () => {
    expect(waitBeforeRetryMs(busy, { backoff }, { attemptsMade: 3, random: () => 0 })).toBe(3_000);
  });

  it('is what the other side asked for, when that is longer', () => {
    const throttled = new OperationalError('throttled', 'Slow down.', { retryAfterSeconds: 30 });
    expect(waitBeforeRetryMs(throttled, { backoff }, { attemptsMade: 1 })).toBe(30_000);
    const impatient = new OperationalError('throttled', 'Slow down.', { retryAfterSeconds: 1 });
    expect(waitBeforeRetryMs(impatient, { backoff }, { attemptsMade: 4, random: () => 1 })).toBe(8_000);
  });

  it('comes once after a bug, then the job is given up', () => {
    const bug = new UnexpectedError('bug', 'A bug.');
    expect(waitBeforeRetryMs(bug, { backoff }, { attemptsMade: 1 })).toBe(1_000);
    expect(waitBeforeRetryMs(bug, { backoff }, { attemptsMade: 2 })).toBe(-1);
  });
});
