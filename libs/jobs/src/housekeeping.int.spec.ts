import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '@tidewaiter/db';
import { ActivityLog } from '@tidewaiter/features/activity';
import { History } from '@tidewaiter/features/matches';
import { CollectUnreferenced } from '@tidewaiter/features/scans';
import { silentLogger } from '@tidewaiter/kit';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { Housekeeping } from './housekeeping';

let database: Database;
let drop: () => Promise<void>;
let place: { readonly repositoryId: number; readonly registryId: number };
let tidy: () => Promise<void>;

beforeAll(async () => {
  const created = await createMigratedDatabase();
  ({ drop } = created);
  database = openDatabase({ url: created.url, applicationName: 'housekeeping spec' });
  const registry = await database.registry.create({
    data: { name: 'test', kind: 'acr', url: 'http://test.registry.test' },
  });
  const repository = await database.repository.create({ data: { registryId: registry.id, name: 'team/api' } });
  place = { repositoryId: repository.id, registryId: registry.id };
  const housekeeping = new Housekeeping(
    database,
    new ActivityLog(database),
    new CollectUnreferenced(database),
    new History(database),
    { inventoryDays: 30, historyDays: 400, deliveryDays: 90 },
    silentLogger,
  );
  tidy = () => housekeeping.tidy(new Date());
}, 60_000);
afterAll(async () => {
  await database.$disconnect();
  await drop();
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

async function manifest(letter: string, deletedAt: Date | null = null): Promise<number> {
  const { repositoryId } = place;
  return (await database.manifest.create({ data: { repositoryId, digest: digestOf(letter), deletedAt } })).id;
}

it('deletes scans that ended long ago, and keeps the newest of each end for every manifest', async () => {
  const [often, once] = [await manifest('a'), await manifest('b')];
  const scan = (manifestId: number, state: string, days: number) => ({
    ...{ id: randomUUID(), repositoryId: place.repositoryId, manifestId, cause: 'push', state },
    requestedAt: daysAgo(days),
  });
  await database.scan.createMany({
    data: [
      ...[scan(often, 'finished', 500), scan(often, 'finished', 450), scan(often, 'finished', 390)],
      ...[scan(often, 'failed', 501), scan(often, 'failed', 499), scan(often, 'running', 480)],
      scan(once, 'finished', 600),
    ],
  });
  await tidy();
  const left = await database.scan.findMany({ orderBy: { requestedAt: 'asc' } });
  expect(left.map(({ manifestId, state }) => [manifestId, state])).toEqual([
    [once, 'finished'],
    [often, 'failed'],
    [often, 'running'],
    [often, 'finished'],
  ]);
});

it('deletes what was told long ago, but not of a digest that is still there: it is told once', async () => {
  await manifest('c');
  await manifest('d', daysAgo(300));
  const told = (subject: string, days: number, state = 'sent') => ({
    ...{ id: randomUUID(), channel: 'slack', subject, payload: {}, state, dueAt: daysAgo(days) },
    createdAt: daysAgo(days),
  });
  const verdict = (letter: string) => `verdict test/team/api@${digestOf(letter)}`;
  await database.notification.createMany({
    data: [
      ...[told(verdict('c'), 500), told(verdict('d'), 500), told('rematch osv:npm run 7', 401)],
      ...[told('rematch osv:npm run 8', 399), told('rematch osv:npm run 9', 500, 'pending')],
    ],
  });
  await tidy();
  const left = await database.notification.findMany({ orderBy: { subject: 'asc' } });
  expect(left.map(({ subject }) => subject)).toEqual(['rematch osv:npm run 8', 'rematch osv:npm run 9', verdict('c')]);
});

it('deletes where a tag pointed long ago, and keeps where it points, and what nobody was told of yet', async () => {
  const seen = (tag: string, letter: string | null, days: number, alert = false) => ({
    ...{ repositoryId: place.repositoryId, tag, digest: letter === null ? null : digestOf(letter), source: 'webhook' },
    ...{ alert, firstSeenAt: daysAgo(days + 1), lastSeenAt: daysAgo(days) },
  });
  await database.tagObservation.createMany({
    data: [
      ...[seen('v1', 'a', 700), seen('v1', 'b', 500, true), seen('v1', 'c', 450), seen('v1', 'd', 399)],
      ...[seen('old', 'a', 900), seen('old', null, 800)],
    ],
  });
  await tidy();
  const left = await database.tagObservation.findMany({ orderBy: { id: 'asc' } });
  expect(left.map(({ tag, digest }) => `${tag} ${digest?.at(-1) ?? 'gone'}`)).toEqual(['v1 b', 'v1 d', 'old gone']);
});

it('deletes walks of long ago, and keeps the last walk of a registry', async () => {
  const walk = (days: number) => ({
    ...{ id: randomUUID(), registryId: place.registryId, cause: 'schedule', isFull: false },
    ...{ startedAt: daysAgo(days), finishedAt: daysAgo(days) },
  });
  const last = walk(500);
  await database.reconcileRun.createMany({ data: [walk(502), walk(501), last] });
  await tidy();
  expect(await database.reconcileRun.findMany()).toMatchObject([{ id: last.id }]);
});

it('deletes when an image was not there, or a registry not watched, of long ago', async () => {
  const manifestId = await manifest('e');
  const gone = (from: number, until: number) => ({ manifestId, from: daysAgo(from), until: daysAgo(until) });
  const kept = [gone(500, 399), gone(10, 5)];
  await database.manifestAbsence.createMany({ data: [gone(600, 401), ...kept] });
  const away = [gone(600, 401), ...kept].map(({ from, until }) => ({ registryId: place.registryId, from, until }));
  await database.registryAbsence.createMany({ data: away });
  await tidy();
  const left = await database.manifestAbsence.findMany({ orderBy: { from: 'asc' } });
  expect(left).toEqual(kept);
  expect(await database.registryAbsence.findMany({ orderBy: { from: 'asc' } })).toEqual(away.slice(1));
});
