import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Page = z.looseObject({
  items: z.array(z.looseObject({ vulnerability: z.object({ id: z.string() }) })),
  next: z.string().nullable(),
});

let api: StartedApi;
let fleet: Fleet;

/** Nine findings of one package, the worst and youngest first: CVE-2026-1 to CVE-2026-9. */
beforeEach(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  for (let n = 1; n <= 9; n += 1) {
    const severity = n <= 3 ? 'critical' : n <= 6 ? 'high' : 'low';
    await fleet.addVulnerability(`CVE-2026-${n}`, { severity });
  }
  for (let n = 9; n >= 1; n -= 1) {
    const openedAt = new Date(Date.UTC(2026, 2, 20 - n, 1, 2, 3, 456));
    await fleet.addMatch({ package: 'zlib@1', vulnerability: `CVE-2026-${n}`, risk: 50.1 - n / 10, openedAt });
  }
  await fleet.addImage({ name: 'one', repository: 'app/one', layers: [['zlib@1']] });
}, 60_000);
afterEach(() => api.stop());

/** What pages of two have, where `between` is done after each but the last. */
async function walk(path: string, between: (page: number) => Promise<unknown>): Promise<string> {
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 12; page += 1) {
    const { items, next } = Page.parse((await api.get(`${path}&limit=2${cursor}`)).json());
    seen.push(...items.map(({ vulnerability }) => vulnerability.id.slice(-1)));
    if (next === null) break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
    await between(page);
  }
  return seen.join('');
}

async function match(n: number) {
  const vulnerability = { name: `CVE-2026-${n}` };
  return api.database.match.findFirstOrThrow({ where: { vulnerability } });
}

const lists = ['all findings', 'the findings of an image'] as const;
/** Of what is equally severe an image's list has the match first that came first, the other list the one that came last. */
const cases = lists.flatMap((list) => (['risk', 'severity', 'opened'] as const).map((sort) => [list, sort] as const));

describe.each(cases)('pages of %s by %s', (list, sort) => {
  const path = () => `/api/v1/${list === 'all findings' ? '' : `images/${fleet.digest('one')}/`}findings?sort=${sort}`;

  const isReversed = list === 'the findings of an image' && sort === 'severity';

  it('have each finding once while nothing changes', async () => {
    expect(await walk(path(), () => Promise.resolve())).toBe(isReversed ? '321654987' : '123456789');
  });

  it('go on where they were when what the last one ended with is closed, or changes its place', async () => {
    const close = async (n: number) => {
      const { id } = await match(n);
      await api.database.match.update({ where: { id }, data: { closedAt: new Date() } });
    };
    const change = async (n: number) => {
      const { id } = await match(n);
      await api.database.match.update({
        where: { id },
        data: { risk: 99, severity: 'critical', openedAt: new Date() },
      });
    };
    // The end of the first page is closed, then one moves to the front that was shown, and one that was not: that one is missed.
    const seen = await walk(path(), async (page) => {
      if (page === 0) await close(2);
      if (page === 1) await change(isReversed ? 6 : 4);
      if (page === 2) await change(isReversed ? 7 : 9);
    });
    expect(seen).toBe(isReversed ? '32165498' : '12345678');
  });
});
