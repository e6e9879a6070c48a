import { randomUUID } from 'node:crypto';
import { DecideAgain, WakeActuator } from '@tidewaiter/features/actuator';
import { ReconcileRuns, RecoverCatalogue, WantScans } from '@tidewaiter/features/catalogue';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { openDatabase, type Database } from '@tidewaiter/db';
import { lookupRevision } from '@tidewaiter/ecosystems';
import { createQueues, migrateQueue, type Queues } from '@tidewaiter/queue';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { RecoverLostWork } from './recover-lost-work';

let database: Database;
let queues: Queues;
let drop: () => Promise<void>;
let recoverLostWork: RecoverLostWork;

beforeEach(async () => {
  const created = await createMigratedDatabase();
  ({ drop } = created);
  database = openDatabase({ url: created.url, applicationName: 'recovery spec' });
  const connection = { kind: 'postgres', url: created.url } as const;
  await migrateQueue(connection);
  queues = createQueues(connection);
  recoverLostWork = new RecoverLostWork(
    database,
    queues,
    new RecoverCatalogue(queues, new ReconcileRuns(database), new WantScans(database, queues)),
    new WakeActuator(database, queues, new RegistryDirectory(database), new DecideAgain(database)),
  );
});

afterEach(async () => {
  await queues.close();
  await database.$disconnect();
  await drop();
});

const old = new Date(Date.now() - 60_000);

async function addDeliveries(count: number, state = 'received', receivedAt = old): Promise<readonly string[]> {
  const rows = Array.from({ length: count }, () => ({
    id: randomUUID(),
    registryName: 'test',
    source: 'acr',
    state,
    receivedAt,
  }));
  await database.delivery.createMany({ data: rows });
  return rows.map((row) => row.id);
}

async function addScan(state: string, requestedAt = old): Promise<string> {
  const registry = await database.registry.upsert({
    where: { name: 'test' },
    create: { name: 'test', kind: 'acr', url: '' },
    update: {},
  });
  const where = { registryId_name: { registryId: registry.id, name: 'team/api' } };
  const repository = await database.repository.upsert({ where, create: where.registryId_name, update: {} });
  const manifest = await database.manifest.create({ data: { repositoryId: repository.id, digest: randomUUID() } });
  const id = randomUUID();
  await database.scan.create({
    data: { id, repositoryId: repository.id, manifestId: manifest.id, cause: 'push', state, requestedAt },
  });
  return id;
}

describe('recovery', () => {
  it('makes the jobs of deliveries and scans that wait, and of nothing else', async () => {
    const [waiting = ''] = await addDeliveries(1);
    await addDeliveries(1, 'processed');
    await addDeliveries(1, 'failed');
    await addDeliveries(1, 'received', new Date());
    const [queued, running] = [await addScan('queued'), await addScan('running')];
    await addScan('finished');
    await addScan('failed');
    await addScan('queued', new Date());
    expect(await recoverLostWork.recover(new Date())).toEqual({ deliveries: 1, scans: 2 });
    expect(await queues.stateOf('delivery.process', { deliveryId: waiting })).toBe('waiting');
    for (const scanId of [queued, running])
      expect(await queues.stateOf('image.scan.backfill', { scanId })).toBe('waiting');
    const counts = await queues.counts();
    expect([counts.events.waiting, counts['scan-backfill'].waiting, counts.rematch.waiting]).toEqual([1, 2, 0]);
  });

  it('leaves alone what is paused until it is resumed', async () => {
    const [queued, pushed] = [await addScan('queued'), await addScan('queued')];
    await database.scan.update({ where: { id: pushed }, data: { lane: 'push' } });
    const by = { by: 'operations', reason: 'maintenance' };
    const { id: registryId } = await database.registry.findFirstOrThrow();
    const lane = await database.pause.create({ data: { lane: 'push', ...by } });
    expect(await recoverLostWork.recover(new Date())).toMatchObject({ scans: 1 });
    const registry = await database.pause.create({ data: { registryId, ...by } });
    expect(await recoverLostWork.recover(new Date())).toMatchObject({ scans: 0 });
    await database.pause.updateMany({ where: { id: { in: [lane.id, registry.id] } }, data: { resumedAt: new Date() } });
    expect(await recoverLostWork.recover(new Date())).toMatchObject({ scans: 2 });
    expect(await queues.stateOf('image.scan.backfill', { scanId: queued })).toBe('waiting');
  });

  it('as often as it likes makes each job once', async () => {
    await addDeliveries(3);
    for (let round = 0; round < 3; round += 1) await recoverLostWork.recover(new Date());
    expect((await queues.counts()).events.waiting).toBe(3);
  });

  it('reaches every row, however many wait in front of it', async () => {
    await addDeliveries(2_500);
    const rounds = [];
    for (let round = 0; round < 4; round += 1) rounds.push((await recoverLostWork.recover(new Date())).deliveries);
    expect(rounds).toEqual([1_000, 1_000, 500, 1_000]);
    expect((await queues.counts()).events.waiting).toBe(2_500);
  }, 60_000);

  it('makes the rematch of dirty keys whose run is over', async () => {
    await database.feedState.create({ data: { id: 'osv:npm', feed: 'osv', source: '/npm', state: 'ok', run: 1 } });
    const dirty = (name: string, run: number) =>
      database.dirtyKey.create({
        data: { ecosystem: 'npm', name, vulnerabilityId: 1, cause: { kind: 'feed', source: 'osv:npm', run } },
      });
    await dirty('half-written', 2);
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(0);
    await dirty('lodash', 1);
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(1);
  });

  it('makes the rematch of an image in which somebody may vouch for something no longer', async () => {
    const { id: imageId } = await database.image.create({
      data: {
        digest: 'sha256:moved',
        mediaType: 'image',
        state: 'scanned',
        inventoryKey: 'key',
        scannedAt: new Date(),
      },
    });
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(0);
    await database.unvouchedImage.create({ data: { imageId } });
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(1);
  });

  it('makes the rematch of packages whose keys older rules made', async () => {
    const pkg = {
      identity: Buffer.from('a'),
      ecosystem: 'npm',
      name: 'lodash',
      version: '1.0.0',
      purl: 'pkg:npm/lodash@1.0.0',
    };
    await database.package.create({ data: { ...pkg, lookupRevision } });
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(0);
    await database.package.updateMany({ data: { lookupRevision: lookupRevision - 1 } });
    await recoverLostWork.recover(new Date());
    expect((await queues.counts()).rematch.waiting).toBe(1);
  });

  it('makes the ranking of images while their ranks may be wrong', async () => {
    await recoverLostWork.recover(new Date());
    expect(await queues.stateOf('images.rank', {})).toBeUndefined();
    await database.imageDrift.updateMany({ data: { lostLow: 1 } });
    await recoverLostWork.recover(new Date());
    expect(await queues.stateOf('images.rank', {})).toBe('waiting');
  });

  it('makes the sending of messages that are due or whose sender died', async () => {
    const later = new Date(Date.now() + 60_000);
    const message = (channel: string, data: { state: string; dueAt: Date; leaseUntil?: Date }) =>
      database.notification.create({
        data: { id: randomUUID(), channel, subject: randomUUID(), payload: {}, ...data },
      });
    await message('due', { state: 'pending', dueAt: old });
    await message('later', { state: 'pending', dueAt: later });
    await message('died', { state: 'sending', dueAt: old, leaseUntil: old });
    await message('sending', { state: 'sending', dueAt: old, leaseUntil: later });
    await message('sent', { state: 'sent', dueAt: old });
    await recoverLostWork.recover(new Date());
    const wanted = ['due', 'died', 'later', 'sending', 'sent'];
    const states = await Promise.all(wanted.map((channelId) => queues.stateOf('notification.send', { channelId })));
    expect(states).toEqual(['waiting', 'waiting', undefined, undefined, undefined]);
  });
});
