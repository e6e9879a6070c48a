import { deletion, DeliverySite, denied, digestOf, push, unreachable } from './testing/delivery-site';

let site: DeliverySite;
beforeEach(async () => {
  site = await DeliverySite.open();
});
afterEach(() => site.close());

/** The registry's tag points to the digest. */
function tagged(tag: string, letter: string): void {
  site.registry.digests.set(`team/api:${tag}`, digestOf(letter));
}

async function stateOfLast() {
  return site.database.delivery.findFirstOrThrow({
    orderBy: { receivedAt: 'desc' },
    select: { state: true, problemCode: true, problem: true },
  });
}

describe('a push', () => {
  it('asks for a scan of what the tag points to', async () => {
    tagged('1.0', 'a');
    expect(await site.carryOut(push('a', '1.0'))).toEqual({ state: 'processed', scans: 1, queued: ['1.0 aaa'] });
    expect(await site.tags()).toEqual(['1.0 -> aaa']);
  });

  it('of a tag that has moved meanwhile scans both, and the tag points where it does now', async () => {
    tagged('1.0', 'b');
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ queued: ['1.0 bbb', 'untagged aaa'] });
    expect(await site.tags()).toEqual(['1.0 -> bbb']);
  });

  it('of a tag that is gone scans the digest', async () => {
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ queued: ['untagged aaa'] });
    expect(await site.tags()).toEqual([]);
  });

  it('without a tag scans the digest', async () => {
    expect(await site.carryOut(push('a'))).toMatchObject({ state: 'processed', queued: ['untagged aaa'] });
  });

  it('of a tag alone that is gone is ignored, and says why', async () => {
    const event = { id: 'x', action: 'push', target: { repository: 'team/api', tag: '1.0' } };
    expect(await site.carryOut(event)).toEqual({ state: 'ignored', scans: 0, queued: [] });
    expect(await stateOfLast()).toMatchObject({ state: 'ignored', problem: 'the tag 1.0 is gone' });
  });

  it('that is processed by two at once asks once', async () => {
    tagged('1.0', 'a');
    const answer = await site.call(push('a', '1.0'));
    const [id = ''] = 'deliveries' in answer ? answer.deliveries : [];
    await Promise.all([1, 2, 3, 4].map(() => site.process.process(id)));
    expect(await site.database.scan.count()).toBe(1);
    expect(await site.process.process(id)).toEqual({ state: 'ignored', scans: 0 });
  });

  it('and another of the same tag and digest share the scan that waits', async () => {
    tagged('1.0', 'a');
    await site.carryOut(push('a', '1.0'));
    expect(await site.carryOut(push('a', '1.0'))).toMatchObject({ queued: ['1.0 aaa'] });
  });

  it('does not wait for a scan that failed and is to be tried again later', async () => {
    tagged('1.0', 'a');
    await site.carryOut(push('a', '1.0'));
    await site.database.scan.updateMany({ data: { attempts: 1 } });
    await site.carryOut(push('a', '1.0'));
    expect(await site.database.scan.count()).toBe(2);
  });

  it('remembers where its tag pointed before', async () => {
    for (const letter of ['a', 'b']) {
      tagged('1.0', letter);
      await site.carryOut(push(letter, '1.0'));
    }
    const before = await site.database.manifest.findFirstOrThrow({ where: { digest: digestOf('a') } });
    const scan = await site.database.scan.findFirstOrThrow({ where: { manifest: { digest: digestOf('b') } } });
    expect(scan.previousManifestId).toBe(before.id);
  });
});

describe('a deletion', () => {
  it('takes the manifest and its tags away, and nothing else', async () => {
    for (const [letter, tag] of [
      ['a', '1.0'],
      ['b', '2.0'],
    ] as const) {
      tagged(tag, letter);
      await site.carryOut(push(letter, tag));
    }
    await site.carryOut(deletion('a'));
    expect(await site.tags()).toEqual(['2.0 -> bbb']);
    const gone = await site.database.manifest.findMany({ where: { deletedAt: { not: null } } });
    expect(gone.map((row) => row.digest)).toEqual([digestOf('a')]);
  });

  it('that comes after the same manifest was pushed again is ignored', async () => {
    tagged('1.0', 'a');
    tagged(digestOf('a'), 'a');
    await site.carryOut(push('a', '1.0'));
    expect(await site.carryOut(deletion('a'))).toMatchObject({ state: 'ignored' });
    expect(await site.tags()).toEqual(['1.0 -> aaa']);
  });
});

describe('an event that cannot be carried out', () => {
  it('for now stays received, so that it is tried again', async () => {
    site.registry.failure = unreachable;
    await expect(site.carryOut(push('a', '1.0'))).rejects.toBe(unreachable);
    expect(await stateOfLast()).toMatchObject({ state: 'received' });
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
    ['ping', { id: 'ping', action: 'ping' }],
    ['chart', { id: 'chart', action: 'chart_push', target: { repository: 'team/chart', tag: 'a-1.tgz' } }],
  ])('because it is a %s is ignored', async (_name, event) => {
    expect(await site.carryOut(event)).toEqual({ state: 'ignored', scans: 0, queued: [] });
    expect(await stateOfLast()).toMatchObject({ state: 'ignored', problem: expect.any(String) });
  });
});
