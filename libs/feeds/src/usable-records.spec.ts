import type { Advisory } from '@tidewaiter/contracts';
import type { Feed, FeedProblem } from './feed';
import { withUsableRecords } from './usable-records';

const record: Advisory = {
  feed: 'spec',
  id: 'CVE-1',
  modified: '2026-01-01T00:00:00Z',
  aliases: [],
  upstream: [],
  severities: [],
  affected: [{ ecosystem: 'Debian:12', name: 'tar', ranges: [], versions: [], severities: [] }],
  references: [],
};

async function read(...given: readonly (Advisory | FeedProblem)[]) {
  const feed: Feed = {
    id: 'spec',
    revision: 1,
    covers: [],
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      yield* given;
    },
  };
  const items: (Advisory | FeedProblem)[] = [];
  for await (const item of withUsableRecords(feed).parse({ parts: [] })) items.push(item);
  return items;
}

const long = 'a'.repeat(100_000);

describe('what a feed yields', () => {
  it('is left as it is where it can be relied on', async () => {
    const times = { published: '2026-01-01T00:00:00.123456+02:00', withdrawn: '2026-01-01T00:00:00z' };
    expect(await read({ ...record, ...times })).toEqual([{ ...record, ...times }]);
  });

  it.each([
    '',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:30:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00Z'.repeat(2),
  ])('loses no record to a time that is none: %p', async (time) => {
    const [item] = await read({ ...record, modified: time, published: time, withdrawn: time });
    expect(item).toEqual({ ...record, modified: '1970-01-01T00:00:00Z', withdrawn: '1970-01-01T00:00:00Z' });
  });

  it.each<[string, Partial<Advisory>]>([
    ['no id', { id: '' }],
    ['an endless id', { id: long }],
    ['an empty alias', { aliases: [''] }],
    ['an endless name of what it derives from', { upstream: [long] }],
    ['a package without a name', { affected: [{ ...tar(), name: '' }] }],
    ['a package of no ecosystem', { affected: [{ ...tar(), ecosystem: '' }] }],
    ['an endless version', { affected: [{ ...tar(), versions: [long] }] }],
    ['an endless bound', { affected: [{ ...tar(), ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: long }] }] }] }],
  ])('is a problem with %s', async (_, change) => {
    const [item] = await read({ ...record, ...change });
    expect(item).toMatchObject({ code: 'feed-record-invalid', part: 'spec' });
  });

  it('has messages of a size, whatever they repeat', async () => {
    const [item] = await read({ code: 'x-y', message: long, part: 'p', path: long, fatal: true });
    expect(item).toEqual({ code: 'x-y', message: cutAt1000(), part: 'p', path: cutAt1000(), fatal: true });
  });
});

function tar() {
  return { ecosystem: 'Debian:12', name: 'tar', ranges: [], versions: [], severities: [] };
}

function cutAt1000(): string {
  return `${'a'.repeat(999)}…`;
}
