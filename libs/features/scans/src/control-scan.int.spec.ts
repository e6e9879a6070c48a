import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@tidewaiter/kit';
import { buildImage, buildLayer, npmPackage } from '@tidewaiter/testing';
import { ControlScan } from './control-scan';
import { ScanSite } from './testing/scan-site';

let site: ScanSite;
let control: ControlScan;
beforeAll(async () => {
  site = await ScanSite.open();
  control = new ControlScan(site.database, site.queues);
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
