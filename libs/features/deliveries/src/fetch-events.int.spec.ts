import { startStorageQueueEmulator, type StorageQueueEmulator } from '@tidewaiter/acr-emulator';
import { silentLogger } from '@tidewaiter/kit';
import { openStorageQueue } from '@tidewaiter/registry';
import { fetchEvents } from './fetch-events';
import { DeliverySite, onGrid, push, unreachable } from './testing/delivery-site';

let site: DeliverySite;
let cloud: StorageQueueEmulator;
beforeAll(async () => {
  site = await DeliverySite.open();
  cloud = await startStorageQueueEmulator();
});
beforeEach(() => site.clear());
afterAll(async () => {
  await cloud.close();
  await site.close();
});

/** Fetches, by Microsoft's own library, until the condition holds. */
async function fetchUntil(isDone: () => Promise<boolean> | boolean, receiver = site.receive): Promise<void> {
  const stop = new AbortController();
  const options = { registryName: 'grid', queue: await openStorageQueue(cloud.url), receiver, logger: silentLogger };
  const fetching = fetchEvents({ ...options, pauseMs: 10, maxAttempts: 3 }, stop.signal);
  for (let looks = 0; looks < 500 && !(await isDone()); looks += 1) await new Promise((go) => setTimeout(go, 10));
  stop.abort();
  await fetching;
  expect(await isDone()).toBe(true);
}

const isEmpty = (): boolean => cloud.size() === 0;

function deliveries() {
  return site.database.delivery.findMany({ orderBy: { receivedAt: 'asc' } });
}

describe('a queue of Azure Storage', () => {
  it('is emptied into deliveries: in base64 or plain, in both schemas', async () => {
    const { topic, eventType, ...rest } = onGrid(push('b', '2.0'));
    cloud.put(onGrid(push('a', '1.0')));
    cloud.put({ specversion: '1.0', source: topic, type: eventType, ...rest });
    cloud.putText(JSON.stringify(onGrid(push('c', '3.0'))));
    await fetchUntil(isEmpty);
    const rows = await deliveries();
    expect(rows.map(({ source, state, tag }) => `${source} ${state} ${tag ?? ''}`).sort()).toEqual([
      'eventgrid received 1.0',
      'eventgrid received 2.0',
      'eventgrid received 3.0',
    ]);
  });

  it('keeps a message until its row and job are stored, and then it is a duplicate', async () => {
    const queues = { ...site.queues, enqueueMany: () => Promise.reject(unreachable) };
    cloud.put(onGrid(push('a', '1.0')));
    await fetchUntil(async () => (await deliveries()).length === 1, site.receiveWith(queues));
    expect(cloud.size()).toBe(1);
    cloud.reveal();
    await fetchUntil(isEmpty);
    expect((await deliveries()).map(({ state }) => state).sort()).toEqual(['duplicate', 'received']);
  });

  it('is rid of what cannot be read after some tries, which is kept as rejected', async () => {
    cloud.putText('not base64 {');
    cloud.put({ ...onGrid(push('a', '1.0')), topic: '/subscriptions/x' });
    await fetchUntil(() => {
      cloud.reveal();
      return isEmpty();
    });
    const rows = await deliveries();
    expect(rows.map(({ state, problemCode }) => `${state} ${problemCode ?? ''}`).sort()).toEqual([
      'rejected event-of-another-registry',
      'rejected hook-not-json',
    ]);
  });
});
