import { AdvisorySite } from './testing/advisory-site';

const dayMs = 86_400_000;
const since = '2026-11-20T10:00:00.000Z';
const after = (days: number): Date => new Date(Date.parse(since) + days * dayMs);
let site: AdvisorySite;
let sourceId: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  sourceId = await site.addSource('ubuntu');
});
afterEach(() => site.close());

async function freeze(frozen: Readonly<Record<string, string>>): Promise<void> {
  await site.database.feedState.update({ where: { id: sourceId }, data: { frozen } });
}

describe('releases that are frozen', () => {
  it('are told of once, those that ended together in one message', async () => {
    expect(await site.tellFrozen.tell(sourceId, after(0))).toBe(0);
    const first = { 'Ubuntu:20.04:LTS': since, 'Ubuntu:18.04:LTS': since };
    await freeze(first);
    expect(await site.tellFrozen.tell(sourceId, after(0))).toBe(1);
    expect(await site.tellFrozen.tell(sourceId, after(1))).toBe(0);
    await freeze({ ...first, 'Ubuntu:25.04': after(2).toISOString() });
    expect(await site.tellFrozen.tell(sourceId, after(2))).toBe(1);
    expect(await site.database.notification.findMany({ orderBy: { dueAt: 'asc' } })).toMatchObject([
      {
        payload: {
          kind: 'feed-frozen',
          feed: sourceId,
          since,
          releases: ['Ubuntu:18.04:LTS', 'Ubuntu:20.04:LTS'],
          releaseCount: 2,
        },
      },
      { payload: { releases: ['Ubuntu:25.04'], releaseCount: 1 } },
    ]);
  });

  it('are not told of again when it is forgotten that they were', async () => {
    await freeze({ 'Ubuntu:20.04:LTS': since });
    expect(await site.tellFrozen.tell(sourceId, after(0))).toBe(1);
    await site.database.notification.deleteMany();
    expect(await site.tellFrozen.tell(sourceId, after(31))).toBe(0);
  });

  it('are told of again when they were told of by the source in between', async () => {
    for (const at of [after(0), after(3)]) {
      await freeze({ 'Ubuntu:20.04:LTS': at.toISOString() });
      expect(await site.tellFrozen.tell(sourceId, at)).toBe(1);
      await freeze({});
      expect(await site.tellFrozen.tell(sourceId, at)).toBe(0);
    }
  });
});
