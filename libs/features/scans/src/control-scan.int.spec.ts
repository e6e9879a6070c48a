import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { ActivityModule } from '@tidewaiter/features/activity';
import { silentLogger } from '@tidewaiter/kit';
import { createHttpApp, DatabaseModule, LoggingModule } from '@tidewaiter/server';
import { buildImage, buildLayer, npmPackage } from '@tidewaiter/testing';
import { ControlScan } from './control-scan';
import { PauseWork } from './pause-work';
import { ScanSite } from './testing/scan-site';

let site: ScanSite;
let control: ControlScan;
let pauseWork: PauseWork;
beforeAll(async () => {
  site = await ScanSite.open();
  control = new ControlScan(site.database, site.queues);
  pauseWork = new PauseWork(site.database, site.queues);
});
afterAll(() => site.close());

const app = (name: string) => buildImage({ layers: [buildLayer([npmPackage(`app/node_modules/${name}`)])] });

async function row(id: string) {
  return site.database.scan.findUniqueOrThrow({ where: { id } });
}

describe('a scan that waits', () => {
  it('is cancelled by somebody, and nobody carries it out', async () => {
    const id = await site.order({ image: app('waiting'), tag: '1.0' });
    await control.cancel(id, 'operations');
    expect(await row(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'operations', errorCode: 'scan-cancelled' });
    expect((await row(id)).finishedAt).not.toBeNull();
    expect(await site.queues.stateOf('image.scan.push', { scanId: id })).toBeUndefined();
    expect(await site.carryOut(id)).toEqual({ images: 0, pulledBytes: 0 });
    expect(await row(id)).toMatchObject({ state: 'cancelled', attempts: 0 });
    await expect(control.cancel(id, 'operations')).rejects.toMatchObject({ code: 'scan-not-waiting' });
  });

  it('and is a further try of what failed is not tried again once it is cancelled', async () => {
    const image = app('failing');
    const id = await site.order({ image, tag: '1.0', cause: 'retry' });
    const { digest } = image.descriptor;
    await site.database.manifest.updateMany({ where: { digest }, data: { failures: 2, retryAt: new Date() } });
    await control.cancel(id, 'operations');
    expect(await site.database.manifest.findMany({ where: { digest } })).toMatchObject([
      { failures: 0, retryAt: null },
    ]);
  });

  it('is moved to another lane, with its job', async () => {
    const image = app('moving');
    const id = await site.order({ image, tag: '1.0', cause: 'reconcile' });
    await control.moveToLane(id, 'push');
    expect(await row(id)).toMatchObject({ lane: 'push', state: 'queued' });
    const states = [];
    for (const name of ['image.scan.backfill', 'image.scan.push'] as const)
      states.push(await site.queues.stateOf(name, { scanId: id }));
    expect(states).toEqual([undefined, 'waiting']);
    await site.carryOut(id);
    await expect(control.moveToLane(id, 'user')).rejects.toMatchObject({ code: 'scan-not-waiting' });
  });
});

describe('a scan that is carried out', () => {
  it('stops when it is cancelled, and stays cancelled', async () => {
    const image = app('running');
    const id = await site.order({ image, tag: '1.0', cause: 'user' });
    const blocked = site.registry.block();
    const running = site.scanImage.scan(id, {
      lane: 'user',
      attempt: 1,
      signal: new AbortController().signal,
      logger: silentLogger,
    });
    await blocked.begun;
    await control.cancel(id, 'operations');
    await sleep(1_200);
    blocked.release();
    expect(await running).toEqual({ images: 0, pulledBytes: 0 });
    expect(await row(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'operations' });
    expect(await site.database.workClaim.count()).toBe(0);
  });
});

describe('how far a scan is', () => {
  it('is told by server-sent events while it is read, where somebody waits for it', async () => {
    @Module({
      imports: [
        LoggingModule.forRoot(silentLogger),
        DatabaseModule.forRoot({ url: site.databaseUrl, applicationName: 'progress spec' }),
        ActivityModule.withStream({ databaseUrl: site.databaseUrl }),
      ],
    })
    class StreamModule {}
    const http = await createHttpApp(StreamModule, { logger: silentLogger });
    const { url } = await http.listen({ host: '127.0.0.1', port: 0 });
    const stop = new AbortController();
    try {
      const stream = await fetch(`${url}/api/v1/events?kind=scan.progress`, { signal: stop.signal });
      await site.run({ image: app('unseen'), tag: '1.0', cause: 'reconcile' });
      const layer = buildLayer([npmPackage('app/node_modules/followed')]);
      const image = buildImage({ layers: [layer] });
      const scanId = await site.order({ image, tag: '1.0', cause: 'user' });
      const told = firstEvent(stream);
      await site.carryOut(scanId);
      const { digest } = image.descriptor;
      const place = { registry: 'test', repository: 'team/api', tag: '1.0', digest };
      const bytes = layer.bytes.length;
      expect(await told).toMatchObject({
        kind: 'scan.progress',
        payload: {
          scanId,
          ...place,
          image: digest,
          layersDone: 0,
          layers: 1,
          bytesDone: bytes,
          bytes,
          pulledBytes: bytes,
        },
      });
    } finally {
      stop.abort();
      await http.close();
    }
  });
});

async function firstEvent(stream: Response): Promise<unknown> {
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const [, data] = /^data: (.+)$/m.exec(text) ?? [];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`the stream ended: ${text}`);
}

describe('a pause', () => {
  const by = 'operations';
  const pauses = [
    { name: 'of a registry', work: { registry: 'test' }, walks: 'waiting' },
    { name: 'of a lane', work: { lane: 'push' }, walks: undefined },
  ] as const;

  it.each(pauses)('$name holds scans back, whatever the queue does, until it is resumed', async ({ work, walks }) => {
    const image = (when: string) => app(`${when}-${Object.keys(work).join()}`);
    const waiting = await site.order({ image: image('before'), tag: '1.0' });
    const paused = await pauseWork.pause(work, { reason: 'maintenance', by });
    expect(paused).toMatchObject({ reason: 'maintenance', by });
    await expect(pauseWork.pause(work, { reason: 'again', by: 'other' })).rejects.toMatchObject({
      code: 'already-paused',
      message: expect.stringContaining('maintenance'),
    });
    const pushed = await site.order({ image: image('during'), tag: '1.0' });
    for (const id of [waiting, pushed]) {
      expect(await site.carryOut(id)).toEqual({ images: 0, pulledBytes: 0 });
      expect(await row(id)).toMatchObject({ state: 'queued', attempts: 0, error: null });
    }
    // Its job came and went.
    await site.queues.withdraw('image.scan.push', { scanId: waiting });
    await pauseWork.resume(work, by);
    const { registryId } = site;
    expect(await site.queues.stateOf('image.scan.push', { scanId: waiting })).toBe('waiting');
    expect(await site.queues.stateOf('registry.reconcile', { registryId })).toBe(walks);
    await site.queues.withdraw('registry.reconcile', { registryId });
    for (const id of [waiting, pushed]) {
      expect(await site.carryOut(id)).toMatchObject({ images: 1 });
      expect(await row(id)).toMatchObject({ state: 'finished', attempts: 1 });
    }
    await expect(pauseWork.resume(work, by)).rejects.toMatchObject({ code: 'not-paused' });
    expect(await site.database.pause.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      ...{ reason: 'maintenance', by, resumedBy: by, resumedAt: expect.any(Date) },
    });
  });

  it('does not stop what runs, and lets what a dead worker began wait', async () => {
    const id = await site.order({ image: app('begun'), tag: '1.0' });
    const blocked = site.registry.block();
    const running = site.carryOut(id);
    await blocked.begun;
    await pauseWork.pause({ registry: 'test' }, { reason: 'maintenance', by });
    blocked.release();
    expect(await running).toMatchObject({ images: 1 });
    expect(await row(id)).toMatchObject({ state: 'finished' });
    const dead = await site.order({ image: app('dead'), tag: '1.0' });
    await site.database.scan.update({ where: { id: dead }, data: { state: 'running', attempts: 1 } });
    await site.carryOut(dead);
    expect(await row(dead)).toMatchObject({ state: 'queued', attempts: 1 });
    await pauseWork.resume({ registry: 'test' }, by);
    expect(await site.carryOut(dead)).toMatchObject({ images: 1 });
  });

  it('of another lane holds nothing back, and is told', async () => {
    await pauseWork.pause({ lane: 'backfill' }, { reason: 'quota', by });
    const [{ pause } = { pause: undefined }] = (await pauseWork.lanes()).items.filter(
      ({ lane }) => lane === 'backfill',
    );
    expect(pause).toMatchObject({ reason: 'quota', by });
    expect(await site.run({ image: app('pushed'), tag: '1.0' })).toMatchObject({ images: 1 });
    await pauseWork.resume({ lane: 'backfill' }, by);
    const events = await site.database.event.findMany({
      where: { kind: { startsWith: 'work.' } },
      orderBy: { id: 'desc' },
    });
    expect(events.slice(0, 2)).toMatchObject([
      { kind: 'work.resumed', payload: { lane: 'backfill', by } },
      { kind: 'work.paused', payload: { lane: 'backfill', reason: 'quota', by } },
    ]);
  });
});
