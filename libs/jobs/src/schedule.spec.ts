import { dueSince, type Schedule } from './schedule';

const now = new Date('2026-11-26T12:00:00Z');
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const due = (schedule: Schedule, last: Date | undefined): string | undefined =>
  dueSince(schedule, last, now)?.toISOString();

describe('what is done again and again', () => {
  const hourly = { everyMs: 3_600_000 };

  it('is due when it never was done, and not before its time has come again', () => {
    expect(due(hourly, undefined)).toBe('2026-11-26T12:00:00.000Z');
    expect(due(hourly, ago(59))).toBeUndefined();
    expect(due(hourly, ago(60))).toBe('2026-11-26T12:00:00.000Z');
  });

  it('was missed many times is due once', () => {
    expect(due(hourly, ago(60 * 24 * 30))).toBeDefined();
    expect(due(hourly, now)).toBeUndefined();
  });

  it('is not due because a clock went back', () => {
    expect(due(hourly, new Date(now.getTime() + 5_000))).toBeUndefined();
  });
});

describe('what is done at night', () => {
  const atThree = { dailyAtMinute: 180 };
  const atNine = { dailyAtMinute: 21 * 60 };

  it('is due from its minute on, until it is done', () => {
    expect(due(atThree, new Date('2026-11-25T03:00:05Z'))).toBe('2026-11-26T03:00:00.000Z');
    expect(due(atThree, new Date('2026-11-26T03:00:05Z'))).toBeUndefined();
    expect(due(atNine, new Date('2026-11-25T21:00:00Z'))).toBeUndefined();
  });

  it('was missed is made up for once, at whatever time', () => {
    expect(due(atNine, new Date('2026-11-20T21:00:00Z'))).toBe('2026-11-25T21:00:00.000Z');
    expect(due(atThree, undefined)).toBe('2026-11-26T03:00:00.000Z');
  });
});
