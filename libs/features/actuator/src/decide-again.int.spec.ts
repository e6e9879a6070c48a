import { randomUUID } from 'node:crypto';
import type { RegistryConfig } from '@tidewaiter/config';
import { openDatabase, type Database } from '@tidewaiter/db';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { DecideAgain } from './decide-again';

const minute = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minute);
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const config: RegistryConfig = {
  name: 'test',
  kind: 'acr',
  endpoint: 'https://test.azurecr.io',
  allowInsecure: false,
  credentials: { kind: 'anonymous' },
  webhookSecret: undefined,
  actuator: {
    mode: 'on',
    actions: ['quarantine'],
    holdFrom: 'critical',
    holdExploited: true,
    holdMalicious: true,
    releaseUncovered: false,
    alertMinutes: 30,
  },
};
const counts = {
  ...{ packages: 1, critical: 1, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0, undetermined: 0, fixable: 0 },
  updatedAt: ago(20),
};

let database: Database;
let drop: () => Promise<void>;
let registryId: number;

/** An image and an index that leads to another one are held, and were looked at ten minutes ago; both are made of one part. */
beforeEach(async () => {
  const migrated = await createMigratedDatabase();
  drop = migrated.drop;
  database = openDatabase({ url: migrated.url, applicationName: 'actuator spec' });
  const { name, kind, endpoint: url } = config;
  ({ id: registryId } = await database.registry.create({ data: { name, kind, url, updatedAt: ago(20) } }));
  const part = await database.inventoryPart.create({
    data: { digest: new Uint8Array(), packageIds: [1], locations: [], summary: { create: counts } },
  });
  for (const digit of ['1', '2']) {
    await database.image.create({
      data: {
        ...{ digest: digestOf(digit), mediaType: '', state: 'scanned', inventoryKey: '', scannedAt: ago(20) },
        parts: { create: { partId: part.id, layerIndex: 0 } },
        repetition: { create: { ...counts, packages: 0, critical: 0 } },
      },
    });
  }
  const { id: imageId } = await database.image.findUniqueOrThrow({ where: { digest: digestOf('2') } });
  const { id: repositoryId } = await database.repository.create({ data: { registryId, name: 'team/web' } });
  await database.manifest.create({ data: { repositoryId, digest: digestOf('3'), images: { create: { imageId } } } });
  for (const digit of ['1', '3']) {
    const held = { kind: 'hold', state: 'done', dryRun: false, requestedBy: 'rule', reason: 'it is bad' };
    const digest = digestOf(digit);
    const times = { createdAt: ago(20), checkedAt: ago(10) };
    await database.registryAction.create({
      data: { id: randomUUID(), registryId, repository: 'team/web', digest, ...held, ...times },
    });
  }
});
afterEach(async () => {
  await database.$disconnect();
  await drop();
});

async function due(): Promise<readonly string[]> {
  const rows = await new DecideAgain(database).due({ id: registryId, config }, 10);
  return rows.map(({ digest }) => digest).sort();
}

describe('what a rule held', () => {
  it('is looked at again when the findings of its parts changed', async () => {
    expect(await due()).toEqual([]);
    await database.partSummary.updateMany({ data: { updatedAt: ago(5) } });
    expect(await due()).toEqual([digestOf('1'), digestOf('3')]);
  });

  it('is looked at again when it alone was recorded anew, or what is suppressed in it was found anew', async () => {
    const change = (digit: string) =>
      database.imageRepetition.updateMany({
        where: { image: { digest: digestOf(digit) } },
        data: { updatedAt: ago(5) },
      });
    await change('1');
    expect(await due()).toEqual([digestOf('1')]);
    await change('2');
    expect(await due()).toEqual([digestOf('1'), digestOf('3')]);
  });
});
