import { openDatabase, type Database } from '@tidewaiter/db';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { History } from './history';

let database: Database;
let history: History;
let drop: () => Promise<void>;

beforeAll(async () => {
  const created = await createMigratedDatabase();
  drop = created.drop;
  database = openDatabase({ url: created.url, applicationName: 'history spec' });
  history = new History(database);
  await database.feedState.create({ data: { id: 'osv', feed: 'osv', source: 'x', state: 'ok', ecosystems: [] } });
  const advisory = { sourceId: 'osv', feed: 'osv', nativeId: 'A', modified: '', severities: [] };
  await database.advisory.create({ data: { ...advisory, contentHash: Buffer.alloc(1) } });
  await database.vulnerability.create({ data: { name: 'CVE-1' } });
  const pkg = { identity: Buffer.alloc(1), ecosystem: 'npm', name: 'a', version: '1', purl: 'pkg:npm/a@1' };
  await database.package.create({ data: pkg });
});

afterAll(async () => {
  await database.$disconnect();
  await drop();
});

/** Tables partitioned by month. */
const tables = 7;

const day = (text: string) => new Date(`${text}T12:00:00Z`);

/** A row of each kind of the past, all of one day. */
async function live(date: string): Promise<void> {
  const at = day(date);
  const transition = { at, kind: 'opened', packageId: 1, vulnerabilityId: 1, cause: {} };
  const ofMatch = { matchId: 1n, advisoryId: 1, also: [], severity: 'low', malicious: false, headersOnly: false };
  const ofRecord = { advisoryId: 1, knownFrom: null, modified: date, severities: [], references: [] };
  await database.transition.create({ data: transition });
  await database.matchRevision.create({ data: { ...ofMatch, knownUntil: at } });
  await database.advisoryRevision.create({ data: { ...ofRecord, knownUntil: at } });
  await database.pastAdvisoryVulnerability.create({ data: { advisoryId: 1, vulnerabilityId: 1, knownUntil: at } });
  const threat = { vulnerability: 'CVE-1', knownUntil: at };
  await database.pastEpssScore.create({ data: { ...threat, probability: 0.5 } });
  await database.pastKnownExploited.create({ data: { ...threat, addedOn: '2029-01-01', ransomware: false } });
  const statement = { id: 1, knownFrom: at, knownUntil: at, isBelieved: true, document: '', author: '', timestamp: '' };
  await database.pastVexStatement.create({ data: { ...statement, status: 'fixed', products: [] } });
  const match = { packageId: 1, vulnerabilityId: 1, advisoryId: 1, state: 'affected', severity: 'low' };
  await database.match.create({ data: { ...match, openedAt: day('2029-01-01'), closedAt: at } });
}

/** The days of which there are rows of every kind; one that not all have is a failure. */
async function days(): Promise<readonly string[]> {
  const rows = await database.$queryRaw<{ day: string; kinds: number }[]>`
    SELECT to_char(at, 'YYYY-MM-DD') AS day, count(DISTINCT kind)::int AS kinds
      FROM (SELECT at, 1 AS kind FROM transition UNION ALL SELECT known_until, 2 FROM match_revision
            UNION ALL SELECT known_until, 3 FROM advisory_revision UNION ALL SELECT known_until, 4 FROM past_advisory_vulnerability
            UNION ALL SELECT known_until, 5 FROM past_epss_score UNION ALL SELECT known_until, 6 FROM past_known_exploited
            UNION ALL SELECT known_until, 7 FROM past_vex_statement
            UNION ALL SELECT closed_at, 8 FROM match WHERE closed_at IS NOT NULL) r
     GROUP BY 1 ORDER BY 1`;
  expect(rows.filter(({ kinds }) => kinds !== 8)).toEqual([]);
  return rows.map((row) => row.day);
}

/** In which partitions the transitions are. */
async function partitions(): Promise<readonly string[]> {
  const rows = await database.$queryRaw<{ name: string }[]>`
    SELECT DISTINCT tableoid::regclass::text AS name FROM transition ORDER BY 1`;
  return rows.map((row) => row.name);
}

async function keptSince(): Promise<string | undefined> {
  return (await database.keptSince.findUnique({ where: { subject: 'history' } }))?.since.toISOString();
}

it('has partitions before their months begin, and makes none twice', async () => {
  // What was there before there were partitions is one of them, which reaches back for ever.
  await database.$executeRaw`
    CREATE TABLE transition_before PARTITION OF transition FOR VALUES FROM (MINVALUE) TO ('2029-12-01 00:00:00+00')`;
  expect(await history.makeMonths(day('2029-11-20'))).toBe(tables * 3 - 1);
  expect(await history.makeMonths(day('2029-11-30'))).toBe(0);
  for (const date of ['2029-11-30', '2029-12-01', '2030-01-31']) await live(date);
  expect(await partitions()).toEqual(['transition_2029_12', 'transition_2030_01', 'transition_before']);
  expect(await history.makeMonths(day('2029-12-01'))).toBe(tables);
});

it('takes rows in when nobody has made partitions for months, and moves them to their own afterwards', async () => {
  for (const date of ['2030-03-31', '2030-04-01', '2030-05-15']) await live(date);
  expect(await partitions()).toContain('transition_default');
  // 2030-03 to 2030-07 are missing; 2030-02 was made before.
  expect(await history.makeMonths(day('2030-05-16'))).toBe(tables * 5);
  expect(await partitions()).not.toContain('transition_default');
  expect(await days()).toEqual(['2029-11-30', '2029-12-01', '2030-01-31', '2030-03-31', '2030-04-01', '2030-05-15']);
});

it('loses no row that is written while its partition is made', async () => {
  await live('2030-09-01');
  const more = Array.from({ length: 12 }, (_, n) => `2030-09-${String(n + 1).padStart(2, '0')}`).slice(1);
  const [made] = await Promise.all([history.makeMonths(day('2030-09-30')), ...more.map((date) => live(date))]);
  // Nobody wrote in 2030-08, which gets no partition any more.
  expect(made).toBe(tables * 3);
  await history.makeMonths(day('2030-09-30'));
  expect((await days()).filter((date) => date.startsWith('2030-09'))).toHaveLength(12);
  expect(await partitions()).not.toContain('transition_default');
});

it('deletes nothing and says nothing while all of it is young enough', async () => {
  expect(await history.deleteOlderThan(31, day('2029-12-20'))).toEqual({ months: 0, matches: 0 });
  expect(await keptSince()).toBeUndefined();
});

it('drops the months that ended so long ago, with the matches closed in them, and says since when all is kept', async () => {
  const openMatch = { packageId: 1, vulnerabilityId: 1, advisoryId: 1, state: 'affected', severity: 'low' };
  await database.match.create({ data: { ...openMatch, openedAt: day('2029-01-01') } });
  // 60 days before are in February: what ended before it goes, whole months of it.
  expect(await history.deleteOlderThan(60, day('2030-04-10'))).toEqual({ months: tables * 3, matches: 3 });
  expect(await keptSince()).toBe('2030-02-01T00:00:00.000Z');
  expect((await days()).slice(0, 3)).toEqual(['2030-03-31', '2030-04-01', '2030-05-15']);
  expect(await database.match.count({ where: { closedAt: null } })).toBe(1);
  expect((await partitions())[0]).toBe('transition_2030_03');
});

it('finds what is too old also where it has no partition, and never keeps less than it said', async () => {
  await live('2030-01-05');
  expect(await history.deleteOlderThan(60, day('2030-04-10'))).toEqual({ months: 0, matches: 1 });
  expect((await days())[0]).toBe('2030-03-31');
  expect(await history.deleteOlderThan(100, day('2030-04-10'))).toEqual({ months: 0, matches: 0 });
  expect(await keptSince()).toBe('2030-02-01T00:00:00.000Z');
});
