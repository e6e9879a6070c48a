import { lanes, type Lane } from '@tidewaiter/contracts';
import { fullBucket, refused, take, type Bucket } from './token-bucket';

const limits = { perMinute: 6_000 };
const start = 1_000_000;

/** Everybody who shares one bucket, with a clock that a test moves. */
class Shared {
  nowMs = start;
  bucket: Bucket = fullBucket(limits, start);

  take(lane: Lane, wanted: number): number {
    const grant = take(this.bucket, { limits, lane, wanted, nowMs: this.nowMs });
    this.bucket = grant.bucket;
    return grant.granted;
  }

  waitMs(lane: Lane): number {
    return take(this.bucket, { limits, lane, wanted: 1, nowMs: this.nowMs }).waitMs;
  }

  refused(retryAfterSeconds?: number): void {
    const retryAfterMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000;
    this.bucket = refused(this.bucket, { limits, retryAfterMs, nowMs: this.nowMs });
  }
}

describe('a bucket', () => {
  it('never gives out more in any minute than the limit, however greedy everybody is', () => {
    const shared = new Shared();
    const givenAt: number[] = [];
    for (let tick = 0; tick < 3_000; tick += 1) {
      shared.nowMs += 50;
      for (const lane of lanes) givenAt.push(...Array<number>(shared.take(lane, 1_000)).fill(shared.nowMs));
    }
    const most = Math.max(
      ...Array.from({ length: 90 }, (_, second) => {
        const from = start + second * 1_000;
        return givenAt.filter((at) => at > from && at <= from + 60_000).length;
      }),
    );
    expect(most).toBeLessThanOrEqual(limits.perMinute);
    expect(most).toBeGreaterThan(limits.perMinute * 0.75);
  });

  it('keeps a part for whoever is more urgent', () => {
    const shared = new Shared();
    // 500 at once in all.
    expect([shared.take('backfill', 1_000), shared.take('rescan', 1_000)]).toEqual([250, 75]);
    expect([shared.take('user', 1_000), shared.take('push', 1_000)]).toEqual([100, 75]);
  });

  it('gives backfill only what is left, and all of it when nobody else asks', () => {
    const withPushes = new Shared();
    const alone = new Shared();
    let [backfill, backfillAlone, pushes] = [0, 0, 0];
    for (let tick = 0; tick < 600; tick += 1) {
      for (const shared of [withPushes, alone]) shared.nowMs += 100;
      pushes += withPushes.take('push', 8);
      backfill += withPushes.take('backfill', 100);
      backfillAlone += alone.take('backfill', 100);
    }
    // 80 a second are filled in; pushes want all of them.
    expect(pushes).toBe(4_800);
    expect(backfill).toBeLessThanOrEqual(250);
    expect(backfillAlone).toBeGreaterThan(4_700);
  });

  it('says when to ask again, and has something then', () => {
    const shared = new Shared();
    for (const lane of ['backfill', 'push'] as const) {
      shared.take(lane, 1_000);
      const waitMs = shared.waitMs(lane);
      shared.nowMs += waitMs - 1;
      expect(shared.take(lane, 1)).toBe(0);
      shared.nowMs += 1;
      expect(shared.take(lane, 1)).toBe(1);
    }
  });

  it('serves every lane of the smallest limit', () => {
    const small = { perMinute: 1 };
    for (const lane of lanes) {
      const grant = take(fullBucket(small, start), { limits: small, lane, wanted: 1, nowMs: start });
      expect([lane, grant.granted]).toEqual([lane, 1]);
    }
  });
});

describe('who waits beside others that take at once whatever there is', () => {
  /** Pushes ask every 10 ms; the last of `lane` whenever it was told to. What each was given in a minute. */
  function share(lane: Lane, waits: boolean): { readonly pushes: number; readonly longestMs: number; waited: number } {
    const shared = new Shared();
    shared.take('push', 1_000);
    const given = { pushes: 0, waited: 0, longestMs: 0 };
    let [askAtMs, sinceMs] = [start, start];
    for (shared.nowMs = start; shared.nowMs < start + 60_000; shared.nowMs += 10) {
      given.pushes += shared.take('push', 5);
      if (shared.nowMs < askAtMs) continue;
      const { bucket, granted, waitMs } = take(shared.bucket, { limits, lane, wanted: 1, nowMs: shared.nowMs, waits });
      shared.bucket = bucket;
      askAtMs = shared.nowMs + waitMs;
      if (granted === 0) continue;
      given.longestMs = Math.max(given.longestMs, shared.nowMs - sinceMs);
      [given.waited, sinceMs] = [given.waited + 1, shared.nowMs];
    }
    return given;
  }

  it.each(['push', 'rescan', 'backfill'] as const)('is given one of four, one after the other, in lane %s', (lane) => {
    const { pushes, waited, longestMs } = share(lane, true);
    // 80 a second are filled in.
    expect(pushes + waited).toBeGreaterThan(4_750);
    expect(waited).toBeGreaterThan(0.15 * 4_800);
    expect(waited).toBeLessThanOrEqual(0.25 * 4_800);
    expect(longestMs).toBeLessThan(150);
  });

  it('is given nothing where nothing is kept for it', () => {
    expect(share('rescan', false)).toMatchObject({ waited: 0 });
  });

  it('and never comes again keeps nothing from the others for long', () => {
    const shared = new Shared();
    shared.take('push', 1_000);
    shared.bucket = take(shared.bucket, { limits, lane: 'rescan', wanted: 1, nowMs: start, waits: true }).bucket;
    shared.nowMs += 5_000;
    expect(shared.take('push', 1_000)).toBe(399);
    shared.nowMs += 6_000;
    expect(shared.take('push', 1_000)).toBe(481);
  });
});

describe('a refusal', () => {
  it('closes the bucket for everybody for as long as the registry says', () => {
    const shared = new Shared();
    shared.refused(60);
    shared.nowMs += 59_999;
    expect(lanes.map((lane) => shared.take(lane, 1))).toEqual([0, 0, 0, 0]);
    expect(shared.waitMs('push')).toBe(1);
    shared.nowMs += 2_000;
    expect(shared.take('push', 1)).toBe(1);
  });

  it('without a word of when closes it for a while', () => {
    const shared = new Shared();
    shared.refused();
    expect(shared.waitMs('push')).toBe(10_000);
    // Those that were on their way together are one.
    shared.refused();
    expect(shared.waitMs('push')).toBeLessThanOrEqual(20_000);
  });

  it('without a word, again and again, closes it for longer and longer', () => {
    const shared = new Shared();
    const waits = Array.from({ length: 6 }, () => {
      shared.refused();
      const waitMs = shared.waitMs('push');
      shared.nowMs += waitMs;
      return Math.round(waitMs / 1_000);
    });
    expect(waits).toEqual([10, 20, 40, 80, 160, 160]);
  });

  it('halves the rate, once for all requests that were refused together', () => {
    const shared = new Shared();
    for (let request = 0; request < 20; request += 1) shared.refused(60 - request);
    expect(shared.bucket.perMinute).toBe(2_400);
    expect(shared.waitMs('push')).toBe(60_000);
    shared.nowMs += 60_000;
    shared.refused(60);
    expect(shared.bucket.perMinute).toBe(1_200);
  });

  it('again and again leaves a rate above nothing', () => {
    const shared = new Shared();
    for (let time = 0; time < 50; time += 1) {
      shared.refused(1);
      shared.nowMs += 1_000;
    }
    expect(shared.bucket.perMinute).toBeCloseTo(300, -1);
  });

  it('is forgotten step by step, not at once', () => {
    const shared = new Shared();
    shared.refused(60);
    shared.nowMs += 60_000;
    const rates = [];
    for (let minute = 0; minute < 7; minute += 1) {
      shared.nowMs += 60_000;
      shared.take('push', 1);
      rates.push(Math.round(shared.bucket.perMinute));
    }
    expect(rates).toEqual([2_880, 3_360, 3_840, 4_320, 4_800, 4_800, 4_800]);
  });
});

it('clocks that go back change nothing', () => {
  const shared = new Shared();
  shared.take('push', 100);
  shared.nowMs -= 30_000;
  expect(shared.take('push', 0)).toBe(0);
  expect(shared.bucket.tokens).toBe(400);
});
