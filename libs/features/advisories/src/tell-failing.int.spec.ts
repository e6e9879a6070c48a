import { AdvisorySite } from './testing/advisory-site';

const hourMs = 3_600_000;
let site: AdvisorySite;
let sourceId: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  sourceId = await site.addSource('npm', [{ id: 'GHSA-lodash', affects: { lodash: null } }]);
});
afterEach(() => site.close());

const later = (hours: number): Date => new Date(Date.now() + hours * hourMs);

async function pointAt(path: string): Promise<void> {
  await site.database.feedState.update({ where: { id: sourceId }, data: { source: path } });
}

async function failFor(path: string): Promise<void> {
  await pointAt(path);
  await expect(site.refreshSource.refresh(sourceId)).rejects.toThrow();
}

describe('a source that fails', () => {
  it('is told of when it has failed for longer than allowed, once', async () => {
    await site.bring(sourceId);
    const { lastSuccessAt } = await site.database.feedState.findFirstOrThrow();
    await failFor('/nowhere');
    expect(await site.tellFailing.tell(sourceId)).toBe(0);
    expect(await site.tellFailing.tell(sourceId, later(0.9))).toBe(0);
    expect(await site.tellFailing.tell(sourceId, later(1.1))).toBe(1);
    await expect(site.refreshSource.refresh(sourceId)).rejects.toThrow();
    expect(await site.tellFailing.tell(sourceId, later(9))).toBe(0);
    expect(await site.database.notification.findMany()).toMatchObject([
      {
        payload: {
          kind: 'feed-failing',
          feed: sourceId,
          since: lastSuccessAt?.toISOString(),
          records: 1,
          reason: expect.stringContaining('/nowhere'),
        },
      },
    ]);
  });

  it('is told of again when it was well in between', async () => {
    await failFor('/nowhere');
    expect(await site.tellFailing.tell(sourceId, later(1.1))).toBe(1);
    await pointAt(site.path('npm'));
    await site.refreshSource.refresh(sourceId);
    expect(await site.tellFailing.tell(sourceId, later(1.1))).toBe(0);
    await failFor('/nowhere');
    expect(await site.tellFailing.tell(sourceId, later(1.1))).toBe(1);
  });
});
