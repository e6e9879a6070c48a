import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool, gpgIn, stopGpgIn } from '@tidewaiter/testing';
import { RefreshSource } from './refresh-source';
import { signaturesOf } from './stored-columns.schema';
import { AdvisorySite } from './testing/advisory-site';

describeWithTool('gpg', 'a source whose keys are configured', () => {
  let site: AdvisorySite;
  let home: string;

  beforeEach(async () => {
    site = await AdvisorySite.open();
    home = await mkdtemp(join(tmpdir(), 'gpg-'));
    gpg(['--quick-gen-key', 'vendor@example', 'ed25519', 'sign', 'never']);
    gpg(['--armor', '--output', join(home, 'vendor.asc'), '--export']);
  });
  afterEach(async () => {
    await site.close();
    stopGpgIn(home);
    await rm(home, { recursive: true, force: true });
  });

  function gpg(args: readonly string[]): void {
    gpgIn(home, args);
  }

  it('says that it is checked, and keeps its last good records and says why when a signature is wrong', async () => {
    const sourceId = await site.addSource('npm', [{ id: 'GHSA-lodash', affects: { lodash: '4.17.21' } }]);
    const { source } = await site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } });
    for (const name of await readdir(source)) gpg(['--armor', '--detach-sign', join(source, name)]);
    const snapshots = { snapshotDirectory: join(site.directory, 'snapshots'), maxShrinkPercent: 20 };
    const signed = new RefreshSource(site.database, {
      ...snapshots,
      keyFiles: [{ feed: 'osv', path: join(home, 'vendor.asc') }],
    });
    const state = async () => {
      const row = await site.database.feedState.findFirstOrThrow();
      return { state: row.state, lastError: row.lastError, signatures: signaturesOf(row.fingerprint) };
    };

    expect(await state()).toEqual({ state: 'never', lastError: null, signatures: null });
    await site.refreshSource.refresh(sourceId);
    expect(await state()).toEqual({ state: 'ok', lastError: null, signatures: 'unchecked' });
    await signed.refresh(sourceId);
    expect(await state()).toEqual({ state: 'ok', lastError: null, signatures: 'checked' });
    expect(await signed.refresh(sourceId)).toMatchObject({ state: 'unchanged' });

    await site.write('npm', { id: 'GHSA-lodash', affects: { lodash: '1.0.0' } });
    await expect(signed.refresh(sourceId)).rejects.toMatchObject({ code: 'feed-signature-wrong' });
    expect(await state()).toMatchObject({
      state: 'failing',
      lastError: expect.stringContaining('is not what a configured key has signed'),
      signatures: 'checked',
    });
    expect(await site.database.advisory.count({ where: { removedAt: null } })).toBe(1);
  }, 30_000);
});
