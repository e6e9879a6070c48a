import { openDatabase, type Database } from '@tidewaiter/db';
import { silentLogger, type LogFields, type Logger } from '@tidewaiter/kit';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { DispatchNotifications } from './dispatch-notifications';
import { NotificationsRepository } from './notifications.repository';
import type { ImageVerdict } from './notifications.schema';
import type { Notifier } from './notifier';
import { absorbUntagged, enqueueNotification } from './outbox';
import { slackNotifier } from './slack/slack-notifier';
import { startSlackReceiver, type SlackReceiver } from './testing/slack-receiver';

let testDatabase: TestDatabase;
let database: Database;
let receiver: SlackReceiver;

beforeAll(async () => {
  testDatabase = await createMigratedDatabase();
  const setUp = openDatabase({ url: testDatabase.url, applicationName: 'notifications spec' });
  // Times must not depend on what the server takes for local.
  await setUp.$executeRawUnsafe(`ALTER DATABASE "${testDatabase.name}" SET timezone TO 'Asia/Kolkata'`);
  await setUp.$disconnect();
  database = openDatabase({ url: testDatabase.url, applicationName: 'notifications spec' });
});

beforeEach(async () => {
  receiver = await startSlackReceiver();
  await database.notification.deleteMany();
  await database.event.deleteMany();
});

afterEach(() => receiver.close());

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

const start = new Date('2026-01-01T12:00:00.000Z');
const digestA = `sha256:${'a'.repeat(64)}`;
const digestB = `sha256:${'b'.repeat(64)}`;

/** Whether each message says that it may be the second. */
function notes(): readonly boolean[] {
  return receiver.received.map(({ text }) => text.includes('Perhaps sent for the second time'));
}

describe('enqueueNotification', () => {
  it('tells a channel of a subject once, even from two transactions at the same time', async () => {
    const notification = { channel: 'slack', subject: 'same', payload: verdict(), dueAt: start };
    const isNew = await Promise.all(
      [1, 2, 3, 4].map(() => database.$transaction((tx) => enqueueNotification(tx, notification))),
    );
    expect(isNew.filter(Boolean)).toHaveLength(1);
    expect(await enqueueNotification(database, { ...notification, channel: 'other' })).toBe(true);
    const rows = await database.notification.findMany({ orderBy: { channel: 'asc' } });
    expect(rows.map((row) => [row.channel, row.state, row.dueAt])).toEqual([
      ['other', 'pending', start],
      ['slack', 'pending', start],
    ]);
  });

  it('is undone with the transaction it belongs to', async () => {
    const change = database.$transaction(async (tx) => {
      await enqueue({ subject: 'undone' }, tx);
      throw new Error('the change failed');
    });
    await expect(change).rejects.toThrow('the change failed');
    expect(await database.notification.count()).toBe(0);
  });

  it('takes names that Postgres cannot store', async () => {
    await enqueue({ payload: verdict({ repository: 'nul \u0000 half \ud800' }) });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ sent: 1 });
  });
});

describe('dispatchDue', () => {
  it('posts what is due, by due time, and records that it did', async () => {
    await enqueue({ subject: 'second', dueAt: after(2), payload: verdict({ tag: 'second' }) });
    await enqueue({ subject: 'first', dueAt: after(1), payload: verdict({ tag: 'first' }) });
    await enqueue({ subject: 'later', dueAt: after(100), payload: verdict({ tag: 'later' }) });
    const dispatch = dispatcher();
    expect(await dispatch.dispatchDue(start)).toEqual({ sent: 0, deferred: 0, failed: 0, nextAt: after(1) });
    expect(await dispatch.dispatchDue(after(10))).toMatchObject({ sent: 1 });
    expect(await dispatch.dispatchDue(after(12))).toMatchObject({ sent: 1 });
    expect(await dispatch.dispatchDue(after(14))).toMatchObject({ sent: 0, nextAt: after(100) });
    expect(receiver.received.map(({ text }) => text)).toEqual([
      expect.stringContaining(':first'),
      expect.stringContaining(':second'),
    ]);
    expect(await row('first')).toMatchObject({ state: 'sent', sentAt: after(10), attempts: 1, leaseUntil: null });
    const events = await database.event.findMany({ orderBy: { id: 'asc' } });
    expect(events.map(({ kind, payload }) => [kind, payload])).toEqual([
      ['notification.sent', expect.objectContaining({ channel: 'slack', subject: 'first' })],
      ['notification.sent', expect.objectContaining({ subject: 'second' })],
    ]);
  });

  it('honours Retry-After for the whole channel, and loses nothing', async () => {
    receiver.answers.push({ status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' });
    await enqueue({ subject: 'refused' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ sent: 0, deferred: 1 });
    expect(await row('refused')).toMatchObject({
      state: 'pending',
      dueAt: after(30),
      lastError: expect.stringContaining('429'),
    });
    await enqueue({ subject: 'new' });
    expect(await dispatcher().dispatchDue(after(29))).toMatchObject({ sent: 0, nextAt: after(30) });
    expect(receiver.received).toHaveLength(1);
    expect(await dispatcher().dispatchDue(after(31))).toMatchObject({ sent: 1 });
    expect(await dispatcher().dispatchDue(after(33))).toMatchObject({ sent: 1 });
    expect([await row('refused'), await row('new')]).toMatchObject([
      { state: 'sent' },
      { state: 'sent', lastError: null },
    ]);
  });

  it('tries again later after a 5xx, with growing waits and a cap', async () => {
    await enqueue({ subject: 'unlucky' });
    let now = start;
    const waitsSeconds: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt++) {
      receiver.answers.push({ status: 503, body: 'service_unavailable' });
      await dispatcher().dispatchDue(now);
      const { dueAt, state, lastError } = await row('unlucky');
      expect({ state, lastError }).toEqual({ state: 'pending', lastError: 'slack-503: service_unavailable' });
      waitsSeconds.push((dueAt.getTime() - now.getTime()) / 1_000);
      now = dueAt;
    }
    waitsSeconds.forEach((wait, index) => {
      const full = Math.min(5 * 2 ** index, 900);
      expect(wait).toBeGreaterThanOrEqual(full / 2 - 0.01);
      expect(wait).toBeLessThanOrEqual(full);
    });
    expect(await dispatcher().dispatchDue(now)).toMatchObject({ sent: 1 });
    expect(await row('unlucky')).toMatchObject({ state: 'sent', attempts: 13, lastError: null });
  });

  it('does not hold up other messages for one that is tried again', async () => {
    receiver.answers.push({ status: 500 });
    await enqueue({ subject: 'unlucky' });
    await enqueue({ subject: 'next', dueAt: after(1) });
    await dispatcher().dispatchDue(start);
    await dispatcher().dispatchDue(after(2));
    expect(await row('next')).toMatchObject({ state: 'sent' });
    await dispatcher().dispatchDue(after(8));
    // It was refused, and did not arrive.
    expect(notes()).toEqual([false, false, false]);
  });

  it.each([
    [400, 'invalid_payload'],
    [403, 'invalid_token'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])('gives up at once on %d and keeps the reason', async (status, body) => {
    receiver.answers.push({ status, body });
    await enqueue({ subject: 'refused' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ failed: 1 });
    expect(await row('refused')).toMatchObject({ state: 'failed', lastError: `slack-${status}: ${body}` });
    expect(await dispatcher().dispatchDue(after(10_000))).toMatchObject({ sent: 0, failed: 0, nextAt: undefined });
    expect(receiver.received).toHaveLength(1);
  });

  it('takes a message for sent when Slack says so, even when the rest of the answer does not come', async () => {
    receiver.answers.push('ok, then hang');
    await enqueue({ subject: 'accepted' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ sent: 1 });
  });

  it('tries again when a refusal without end keeps coming', async () => {
    receiver.answers.push({ status: 500, body: 'x'.repeat(5_000_000) });
    await enqueue({ subject: 'flooded' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ deferred: 1 });
    expect((await row('flooded')).lastError?.length).toBeLessThan(600);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startSlackReceiver();
    receiver.answers.push({ status: 307, headers: { location: elsewhere.url } });
    await enqueue({ subject: 'redirected' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ failed: 1 });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it.each([
    ['hang', 'slack-timeout: no answer within 200 ms'] as const,
    ['hang up', 'slack-unreachable: UND_ERR_SOCKET'] as const,
    [{ status: 504 }, 'slack-504: no explanation'] as const,
  ])(
    'tries again when the answer is lost (%j), and from then on says that it is perhaps the second',
    async (lost, reason) => {
      receiver.answers.push(lost, { status: 429 });
      await enqueue({ subject: 'unheard' });
      expect(await dispatcher().dispatchDue(start)).toMatchObject({ deferred: 1 });
      expect(await row('unheard')).toMatchObject({ state: 'pending', lastError: reason });
      expect(await dispatcher().dispatchDue(after(6))).toMatchObject({ deferred: 1 });
      expect(await dispatcher().dispatchDue(after(60))).toMatchObject({ sent: 1 });
      expect(notes()).toEqual([false, true, true]);
    },
  );

  it('tries again when nobody listens', async () => {
    await receiver.close();
    await enqueue({ subject: 'unheard' });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ deferred: 1 });
    const unheard = { state: 'pending', lastError: 'slack-unreachable: ECONNREFUSED', mayHaveArrived: false };
    expect(await row('unheard')).toMatchObject(unheard);
  });

  it('does not post what it cannot read', async () => {
    await enqueue({ subject: 'strange' });
    await database.notification.updateMany({ data: { payload: { kind: 'from-the-future' } } });
    expect(await dispatcher().dispatchDue(start)).toMatchObject({ failed: 1 });
    expect(await row('strange')).toMatchObject({
      state: 'failed',
      lastError: expect.stringContaining('payload-unreadable'),
    });
    expect(receiver.received).toEqual([]);
  });
});

describe('several senders', () => {
  it('send every message once', async () => {
    const subjects = Array.from({ length: 12 }, (_, index) => `subject ${String(index).padStart(2, '0')}`);
    for (const [index, subject] of subjects.entries()) {
      await enqueue({ subject, payload: verdict({ tag: subject.replace(' ', '-') }), dueAt: after(index / 1_000) });
    }
    const senders = [dispatcher(), dispatcher(), dispatcher()];
    for (let step = 0; (await database.notification.count({ where: { state: 'pending' } })) > 0; step++) {
      expect(step).toBeLessThan(40);
      await Promise.all(senders.map((sender) => sender.dispatchDue(after(step))));
    }
    const tags = receiver.received.map(({ text }) => /subject-\d\d/.exec(text)?.[0]);
    expect(tags).toEqual(subjects.map((subject) => subject.replace(' ', '-')));
    expect(await database.event.count()).toBe(12);
  });

  it('take over the message of one that died before it sent, once its lease is over', async () => {
    await enqueue({ subject: 'orphan' });
    const claim = await new NotificationsRepository(database).claimNext('slack', { now: start, leaseMs: 60_000 });
    expect(claim.kind).toBe('claimed');
    await enqueue({ subject: 'next', dueAt: after(1) });
    expect(await dispatcher().dispatchDue(after(59))).toMatchObject({ sent: 0, nextAt: after(60) });
    expect(receiver.received).toEqual([]);
    expect(await dispatcher().dispatchDue(after(61))).toMatchObject({ sent: 1 });
    expect(await row('orphan')).toMatchObject({ state: 'sent', attempts: 2 });
    expect(notes()).toEqual([true]);
    expect(await dispatcher().dispatchDue(after(63))).toMatchObject({ sent: 1 });
    expect(notes()).toEqual([true, false]);
  });

  it('that come back after their lease change nothing', async () => {
    await enqueue({ subject: 'slow' });
    const repository = new NotificationsRepository(database);
    const claim = await repository.claimNext('slack', { now: start, leaseMs: 60_000 });
    if (claim.kind !== 'claimed') throw new Error('nothing was claimed');
    await dispatcher().dispatchDue(after(61));
    const late = { state: 'failed', reason: 'late' } as const;
    expect(await repository.settle('slack', claim.notification, late)).toBe(false);
    expect(await row('slow')).toMatchObject({ state: 'sent', lastError: null });
  });
});

describe('drain', () => {
  it('sends all that is due on a channel, about one a second', async () => {
    const now = new Date();
    for (const subject of ['one', 'two', 'three']) await enqueue({ subject, dueAt: now });
    const outcome = await dispatcher().drain('slack', { signal: new AbortController().signal, logger: silentLogger });
    expect(outcome).toEqual({ sent: 3, deferred: 0, failed: 0, nextAt: undefined });
    expect(Date.now() - now.getTime()).toBeGreaterThan(3_000);
  });

  it('does not let what is due at once wait behind what is held back', async () => {
    await enqueue({ subject: 'held', dueAt: new Date(Date.now() + 5_000) });
    const stop = new AbortController();
    const draining = dispatcher().drain('slack', { signal: stop.signal, logger: silentLogger });
    setTimeout(() => void enqueue({ subject: 'urgent', dueAt: new Date() }), 200);
    setTimeout(() => stop.abort(new Error('shutting down')), 3_000);
    await expect(draining).rejects.toThrow('shutting down');
    expect([await row('held'), await row('urgent')]).toMatchObject([{ state: 'pending' }, { state: 'sent' }]);
  });

  it('stops between messages when told to', async () => {
    await enqueue({ subject: 'one', dueAt: new Date() });
    await enqueue({ subject: 'two', dueAt: new Date() });
    const stop = new AbortController();
    const draining = dispatcher().drain('slack', { signal: stop.signal, logger: silentLogger });
    setTimeout(() => stop.abort(new Error('shutting down')), 300);
    await expect(draining).rejects.toThrow('shutting down');
    expect(await database.notification.count({ where: { state: 'sent' } })).toBe(1);
    expect(await database.notification.count({ where: { state: 'pending' } })).toBe(1);
  });

  it('refuses a channel that is not configured', async () => {
    const options = { signal: new AbortController().signal, logger: silentLogger };
    await expect(dispatcher().drain('pager', options)).rejects.toMatchObject({ code: 'channel-not-configured' });
  });
});

describe('a held message about an image of an index', () => {
  it('is absorbed when it is due, also when it was written after the message about the tag', async () => {
    await enqueue({ subject: 'tagged', payload: verdict() });
    await enqueue({ subject: 'image', payload: untagged([digestA]), dueAt: after(20) });
    await enqueue({ subject: 'another image', payload: untagged([`sha256:${'c'.repeat(64)}`]), dueAt: after(20) });
    await enqueue({
      subject: 'elsewhere',
      payload: { ...untagged([digestA]), repository: 'team/web' },
      dueAt: after(20),
    });
    for (const seconds of [0, 10, 21, 23, 25]) await dispatcher().dispatchDue(after(seconds));
    expect(await row('image')).toMatchObject({ state: 'absorbed', lastError: 'absorbed-by: tagged' });
    expect([await row('another image'), await row('elsewhere')]).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
  });
});

describe('absorbUntagged', () => {
  it('lets the message about a tag take in those about its images that wait', async () => {
    await enqueue({ subject: 'amd64', payload: untagged([digestA]) });
    await enqueue({ subject: 'arm64', payload: untagged([digestB]) });
    await enqueue({ subject: 'index', payload: untagged([digestA, digestB]) });
    await enqueue({ subject: 'tagged', payload: verdict() });
    await enqueue({ subject: 'another tag', payload: verdict({ tag: 'other' }) });
    await enqueue({ subject: 'another image', payload: untagged([`sha256:${'c'.repeat(64)}`]) });
    await enqueue({ subject: 'more than these', payload: untagged([digestA, `sha256:${'c'.repeat(64)}`]) });
    await enqueue({ subject: 'another repository', payload: { ...untagged([digestA]), repository: 'team/web' } });
    await enqueue({ subject: 'another channel', channel: 'other', payload: untagged([digestA]) });
    await enqueue({ subject: 'told already', payload: untagged([digestA]) });
    await database.notification.updateMany({ where: { subject: 'told already' }, data: { state: 'sent' } });
    const absorbed = await database.$transaction((tx) => absorbUntagged(tx, 'slack', [digestA, digestB], 'tagged'));
    expect(absorbed).toBe(3);
    const rows = await database.notification.findMany({ where: { state: 'absorbed' }, orderBy: { subject: 'asc' } });
    expect(rows.map((absorbedRow) => [absorbedRow.subject, absorbedRow.lastError])).toEqual([
      ['amd64', 'absorbed-by: tagged'],
      ['arm64', 'absorbed-by: tagged'],
      ['index', 'absorbed-by: tagged'],
    ]);
    expect(await row('told already')).toMatchObject({ state: 'sent' });
  });
});

describe('the address of the webhook', () => {
  it('is in no log entry and in no row, whatever happens', async () => {
    const entries: unknown[] = [];
    const note = (message: string, fields?: LogFields): void => void entries.push(message, fields);
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    const echo = `no such hook: ${receiver.url} /services/T000/B000/verysecret`;
    receiver.answers.push({ status: 404, body: echo }, { status: 500, body: echo }, 'hang', 'hang up', { status: 200 });
    for (let step = 0; step < 5; step++) {
      await enqueue({ subject: `subject ${step}`, dueAt: after(step * 1_000) });
      await dispatcher().dispatchDue(after(step * 1_000), logger);
    }
    expect(receiver.received).toHaveLength(5);
    const rows = await database.notification.findMany();
    expect(JSON.stringify([entries, rows])).not.toContain('verysecret');
    expect(entries.length).toBeGreaterThan(5);
  });

  it('is refused when it is on another host than the one allowed', () => {
    const options = { webhookUrl: receiver.url, allowedHost: 'hooks.slack.com', publicUrl: 'http://127.0.0.1' };
    expect(() => slackNotifier(options)).toThrow('SLACK_ALLOWED_HOST');
  });
});

function dispatcher(): DispatchNotifications {
  const { url, host } = receiver;
  const slack = slackNotifier({ webhookUrl: url, allowedHost: host, publicUrl: 'http://127.0.0.1', timeoutMs: 200 });
  const notifiers: readonly Notifier[] = [slack];
  return new DispatchNotifications(new NotificationsRepository(database), notifiers);
}

function after(seconds: number): Date {
  return new Date(start.getTime() + seconds * 1_000);
}

interface Enqueued {
  readonly subject?: string;
  readonly channel?: string;
  readonly payload?: ImageVerdict;
  readonly dueAt?: Date;
}

async function enqueue(
  { subject = 'subject', channel = 'slack', payload = verdict(), dueAt = start }: Enqueued,
  tx: Parameters<typeof enqueueNotification>[0] = database,
): Promise<void> {
  await enqueueNotification(tx, { channel, subject, payload, dueAt });
}

async function row(subject: string) {
  return database.notification.findUniqueOrThrow({ where: { channel_subject: { channel: 'slack', subject } } });
}

function verdict(change: Partial<ImageVerdict> = {}): ImageVerdict {
  return {
    kind: 'image-verdict',
    registry: 'acr',
    repository: 'team/api',
    tag: '1.4.2',
    digest: digestA,
    images: [{ digest: digestA, platform: 'linux/amd64', state: 'scanned', complete: true }],
    counts: { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 },
    fixable: 0,
    undetermined: 0,
    findings: [],
    problems: 0,
    links: { image: '/images/1' },
    ...change,
  };
}

function untagged(digests: readonly string[]): ImageVerdict {
  const images = digests.map((digest) => ({ digest, state: 'scanned' as const, complete: true }));
  const { tag: _, ...rest } = verdict({ images });
  return rest;
}
