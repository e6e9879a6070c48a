import { RegistryDirectory } from '@tidewaiter/features/registries';
import { silentLogger, UserError, type LogFields } from '@tidewaiter/kit';
import { ProcessDelivery } from './process-delivery';
import { deletion, DeliverySite, denied, digestOf, onGrid, push, unreachable } from './testing/delivery-site';

let site: DeliverySite;
beforeAll(async () => {
  site = await DeliverySite.open();
});
beforeEach(() => site.clear());
afterAll(() => site.close());

/** The registry has the manifest, and its tag points to it. */
function has(letter: string, ...tags: readonly string[]): void {
  for (const reference of [digestOf(letter), ...tags]) {
    site.registry.digests.set(`team/api:${reference}`, digestOf(letter));
  }
}

function lost(...references: readonly string[]): void {
  for (const reference of references) site.registry.digests.delete(`team/api:${reference}`);
}

async function stateOfLast() {
  return site.database.delivery.findFirstOrThrow({
    orderBy: { receivedAt: 'desc' },
    select: { state: true, problemCode: true, problem: true },
  });
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

describe('a push', () => {
  it('asks for a scan of what the tag points to', async () => {
    has('a', '1.0');
    expect(await site.carryOut(push('a', '1.0'))).toEqual({ state: 'processed', scans: 1, queued: ['1.0 aaa'] });
    expect(await site.tags()).toEqual(['1.0 -> aaa']);
  });

  it('of a tag that has moved meanwhile scans both, and the tag points where it does now', async () => {
    has('a');
    has('b', '1.0');
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ queued: ['1.0 bbb', 'untagged aaa'] });
    expect(await site.tags()).toEqual(['1.0 -> bbb']);
  });

  it('that was seen already, when an older one of its tag was looked at, is not scanned once more', async () => {
    has('a');
    has('b', '1.0');
    const moving = { ...push('b', '1.0'), timestamp: hoursAgo(0.001) };
    await site.carryOut(push('a', '1.0'));
    await site.database.scan.updateMany({ data: { state: 'finished' } });
    expect(await site.carryOut(moving)).toEqual({ state: 'processed', scans: 0, queued: [] });
    expect(await site.tags()).toEqual(['1.0 -> bbb']);
  });

  it('that is told after a newer one of the same tag does not move the tag back', async () => {
    has('a');
    has('b', '1.0');
    await site.carryOut(push('b', '1.0'));
    await site.carryOut({ ...push('a', '1.0'), timestamp: hoursAgo(1) });
    expect(await site.tags()).toEqual(['1.0 -> bbb']);
  });

  it('that is looked at while a newer one is, with the older answer written later, does not move the tag back', async () => {
    has('a', '1.0');
    site.registry.meanwhile = async () => {
      has('b', '1.0');
      await site.carryOut(push('b', '1.0'));
    };
    await site.carryOut(push('a', '1.0'));
    expect(await site.tags()).toEqual(['1.0 -> bbb']);
  });

  it('of a tag that is gone scans the digest, and the tag is gone here too', async () => {
    has('a', '1.0');
    await site.carryOut(push('a', '1.0'));
    lost('1.0');
    has('b');
    expect(await site.carryOut(push('b', '1.0'))).toMatchObject({ queued: ['1.0 aaa', 'untagged bbb'] });
    expect(await site.tags()).toEqual([]);
  });

  it('without a tag scans the digest', async () => {
    has('a');
    expect(await site.carryOut(push('a'))).toMatchObject({ state: 'processed', queued: ['untagged aaa'] });
  });

  it('whose deletion was told before it does not bring the manifest back', async () => {
    expect(await site.carryOut(deletion('a'))).toMatchObject({ state: 'processed' });
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'ignored', queued: [] });
    expect(await stateOfLast()).toMatchObject({
      problemCode: 'gone',
      problem: `the manifest ${digestOf('a')} is gone`,
    });
    expect(await site.database.repository.count()).toBe(0);
  });

  it('of what a replica does not have yet is tried again, and not for ever', async () => {
    await expect(site.carryOut(push('a', '1.0'))).rejects.toMatchObject({ code: 'manifest-not-there-yet' });
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
    expect(await site.carryOut({ ...push('a', '1.0'), timestamp: hoursAgo(1) })).toMatchObject({ state: 'ignored' });
  });

  it('of a tag alone that is gone is ignored, and says why', async () => {
    const target = { repository: 'team/api', tag: '1.0' };
    const event = { id: 'x', action: 'push', timestamp: hoursAgo(1), target };
    expect(await site.carryOut(event)).toEqual({ state: 'ignored', scans: 0, queued: [] });
    expect(await stateOfLast()).toEqual({ state: 'ignored', problemCode: 'gone', problem: 'the tag 1.0 is gone' });
  });

  it('of weeks ago is a replay', async () => {
    has('a', '1.0');
    expect(await site.carryOut({ ...push('a', '1.0'), timestamp: hoursAgo(400) })).toMatchObject({ state: 'ignored' });
    expect(await stateOfLast()).toMatchObject({ problemCode: 'event-too-old' });
  });

  it('that is processed by two at once asks once', async () => {
    has('a', '1.0');
    const answer = await site.call(push('a', '1.0'));
    const [id = ''] = 'deliveries' in answer ? answer.deliveries : [];
    await Promise.all([1, 2, 3, 4].map(() => site.process.process(id)));
    expect(await site.database.scan.count()).toBe(1);
    expect(await site.process.process(id)).toEqual({ state: 'ignored', scans: 0 });
  });

  it('remembers where its tag pointed before', async () => {
    for (const letter of ['a', 'b']) {
      has(letter, '1.0');
      await site.carryOut(push(letter, '1.0'));
    }
    const before = await site.database.manifest.findFirstOrThrow({ where: { digest: digestOf('a') } });
    const scan = await site.database.scan.findFirstOrThrow({ where: { manifest: { digest: digestOf('b') } } });
    expect(scan.previousManifestId).toBe(before.id);
  });
});

describe('deliveries that came together', () => {
  const running = { signal: new AbortController().signal, logger: silentLogger };

  it('are carried out, but for those that have to wait: each of these is queued alone', async () => {
    has('a', '1.0');
    has('b', '2.0');
    const answers = await Promise.all(
      [push('a', '1.0'), push('c', '3.0'), push('b', '2.0')].map((event) => site.call(event)),
    );
    const ids = answers.flatMap((answer) => ('deliveries' in answer ? answer.deliveries : []));
    expect(await site.process.processAll(ids, running)).toEqual({ queued: 1 });
    expect(await site.queuedScans()).toEqual(['1.0 aaa', '2.0 bbb']);
    const [first = '', waiting = ''] = ids;
    expect(await site.queues.stateOf('delivery.process', { deliveryId: waiting })).toBe('waiting');
    expect(await site.queues.stateOf('delivery.process', { deliveryId: first })).toBeUndefined();
  });

  it('that cannot be carried out say so, and are not queued', async () => {
    has('a', '1.0');
    site.registry.failure = denied;
    const answer = await site.call(push('a', '1.0'));
    const ids = 'deliveries' in answer ? answer.deliveries : [];
    const errors: unknown[] = [];
    const logger = {
      ...silentLogger,
      error: (message: string, fields?: LogFields) => errors.push({ message, ...fields }),
    };
    const gone = '00000000-0000-4000-8000-000000000000';
    expect(await site.process.processAll([...ids, gone], { ...running, logger })).toEqual({ queued: 0 });
    expect(await stateOfLast()).toMatchObject({ state: 'failed', problemCode: 'registry-denied' });
    expect(errors).toMatchObject([
      { message: 'delivery failed', deliveryId: ids[0], code: 'registry-denied' },
      { message: 'delivery failed', deliveryId: gone, code: 'delivery-unknown' },
    ]);
  });

  it('are left to the next attempt when the process stops', async () => {
    has('a', '1.0');
    const answer = await site.call(push('a', '1.0'));
    const ids = 'deliveries' in answer ? answer.deliveries : [];
    const stopped = { ...running, signal: AbortSignal.abort(new Error('stopping')) };
    await expect(site.process.processAll(ids, stopped)).rejects.toThrow('stopping');
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
  });
});

describe('the same push told more than once', () => {
  it('by webhook, by Event Grid and by another replica, even at once, is scanned once', async () => {
    has('a', '1.0');
    const first = push('a', '1.0');
    const replica = { ...push('a', '1.0'), request: { host: 'test.westeurope.geo.azurecr.io' } };
    const answers = await Promise.all([
      site.call(first),
      site.call(onGrid(first), { registry: 'test', source: 'eventgrid' }),
      site.call(replica),
    ]);
    const ids = answers.flatMap((answer) => ('deliveries' in answer ? answer.deliveries : []));
    const outcomes = await Promise.all(ids.map((id) => site.process.process(id)));
    expect(outcomes.map(({ state }) => state).sort()).toEqual(['duplicate', 'duplicate', 'processed']);
    expect(await site.database.scan.count()).toBe(1);
    const told = await site.database.delivery.findMany({ where: { state: 'duplicate' } });
    expect(told.map(({ problemCode }) => problemCode)).toEqual(['told-before', 'told-before']);
  });

  it('is scanned once though its scan has ended meanwhile', async () => {
    has('a', '1.0');
    await site.carryOut(push('a', '1.0'));
    await site.database.scan.updateMany({ data: { state: 'finished' } });
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'duplicate', queued: [] });
  });

  it('is scanned again when its scan has failed', async () => {
    has('a', '1.0');
    await site.carryOut(push('a', '1.0'));
    await site.database.scan.updateMany({ data: { state: 'failed' } });
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'processed', queued: ['1.0 aaa'] });
  });

  it('is another push when the tag was elsewhere in between, or the manifest was deleted', async () => {
    has('a', '1.0');
    await site.carryOut(push('a', '1.0'));
    has('b', '1.0');
    await site.carryOut(push('b', '1.0'));
    has('a', '1.0');
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'processed' });
    expect(await site.tags()).toEqual(['1.0 -> aaa']);
    lost('1.0', digestOf('a'));
    await site.carryOut(deletion('a'));
    has('a', '1.0');
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'processed' });
    expect(await site.tags()).toEqual(['1.0 -> aaa']);
  });

  it('is another push when hours are between', async () => {
    has('a', '1.0');
    await site.carryOut({ ...push('a', '1.0'), timestamp: hoursAgo(2) });
    await site.database.scan.updateMany({ data: { state: 'finished' } });
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'processed' });
  });
});

describe('a quarantine', () => {
  it('is a push: what is held back is scanned, once', async () => {
    has('a', '1.0');
    expect(await site.carryOut({ ...push('a', '1.0'), action: 'quarantine' })).toMatchObject({ queued: ['1.0 aaa'] });
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ state: 'duplicate' });
  });

  it('of what we are not shown says so at once', async () => {
    await site.carryOut({ ...push('a', '1.0'), action: 'quarantine' });
    expect(await stateOfLast()).toMatchObject({ state: 'ignored', problemCode: 'held-back' });
  });
});

describe('a deletion', () => {
  beforeEach(async () => {
    for (const [letter, tag] of [
      ['a', '1.0'],
      ['b', '2.0'],
    ] as const) {
      has(letter, tag);
      await site.carryOut(push(letter, tag));
    }
  });

  it('takes the manifest and its tags away, and nothing else', async () => {
    lost('1.0', digestOf('a'));
    await site.carryOut(deletion('a'));
    expect(await site.tags()).toEqual(['2.0 -> bbb']);
    const gone = await site.database.manifest.findMany({ where: { deletedAt: { not: null } } });
    expect(gone.map((row) => row.digest)).toEqual([digestOf('a')]);
  });

  it('that comes after the same manifest was pushed again is ignored', async () => {
    expect(await site.carryOut(deletion('a'))).toMatchObject({ state: 'ignored' });
    expect(await stateOfLast()).toMatchObject({ problemCode: 'still-there' });
    expect(await site.tags()).toEqual(['1.0 -> aaa', '2.0 -> bbb']);
  });

  it('that is looked at while the manifest is pushed again takes nothing away', async () => {
    lost('1.0', digestOf('a'));
    site.registry.meanwhile = async () => {
      has('a', '1.0');
      await site.carryOut(push('a', '1.0'));
    };
    expect(await site.carryOut(deletion('a'))).toMatchObject({ state: 'ignored' });
    expect(await site.tags()).toEqual(['1.0 -> aaa', '2.0 -> bbb']);
  });

  it('of a repository takes all of it away', async () => {
    site.registry.digests.clear();
    await site.carryOut({ id: 'all', action: 'delete', target: { repository: 'team/api' } });
    expect(await site.tags()).toEqual([]);
    expect(await site.database.manifest.count({ where: { deletedAt: null } })).toBe(0);
  });

  it('of a repository that is there (again) has the registry compared', async () => {
    await site.carryOut({ id: 'all', action: 'delete', target: { repository: 'team/api' } });
    expect(await stateOfLast()).toMatchObject({ state: 'ignored', problemCode: 'still-there' });
    expect(await site.tags()).toHaveLength(2);
    const { id: registryId } = await site.database.registry.findUniqueOrThrow({ where: { name: 'test' } });
    expect(await site.queues.stateOf('registry.reconcile', { registryId })).toBe('waiting');
  });
});

describe('an event that cannot be carried out', () => {
  it('for now stays received, so that it is tried again', async () => {
    site.registry.failure = unreachable;
    await expect(site.carryOut(push('a', '1.0'))).rejects.toBe(unreachable);
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
  });

  it('because the process has yet to take its registry stays received', async () => {
    has('a', '1.0');
    const answer = await site.call(push('a', '1.0'));
    const id = 'deliveries' in answer ? (answer.deliveries[0] ?? '') : '';
    const late = new ProcessDelivery(site.database, site.queues, site.registry, new RegistryDirectory(site.database));
    const notYet = { name: 'OperationalError', code: 'registry-not-taken-yet' };
    await expect(late.process(id)).rejects.toMatchObject(notYet);
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
    expect(await site.process.process(id)).toEqual({ state: 'processed', scans: 1 });
  });

  it('because no key opens the credentials stays received until one does', async () => {
    has('a', '1.0');
    site.registry.failure = new UserError('registry-sealed', 'the key is lost');
    const answer = await site.call(push('a', '1.0'));
    const ids = 'deliveries' in answer ? answer.deliveries : [];
    await expect(site.process.process(ids[0] ?? '')).rejects.toMatchObject({ code: 'registry-sealed' });
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
    site.registry.failure = undefined;
    expect(await site.process.process(ids[0] ?? '')).toEqual({ state: 'processed', scans: 1 });
  });

  it('ever is failed, with the reason', async () => {
    site.registry.failure = denied;
    await expect(site.carryOut(push('a', '1.0'))).rejects.toBe(denied);
    expect(await stateOfLast()).toEqual({
      state: 'failed',
      problemCode: 'registry-denied',
      problem: 'we may not read it',
    });
  });

  it.each([
    ['ping', { id: 'ping', action: 'ping' }, 'ping'],
    ['chart', { id: 'chart', action: 'chart_push', target: { repository: 'a', tag: 'a-1.tgz' } }, 'nothing-to-do'],
  ])('because it is a %s is ignored', async (_name, event, problemCode) => {
    expect(await site.carryOut(event)).toEqual({ state: 'ignored', scans: 0, queued: [] });
    expect(await stateOfLast()).toMatchObject({ state: 'ignored', problemCode });
  });
});
