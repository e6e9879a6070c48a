import { debianImage, ScanSite } from './testing/scan-site';

let site: ScanSite;
beforeAll(async () => {
  site = await ScanSite.open();
}, 60_000);
afterAll(() => site.close());

const host = 'test.registry.test';
const image = debianImage('zlib=1.0-1');
const { digest } = image.descriptor;
const nowhere = `sha256:${'a'.repeat(64)}`;

describe('a scan that somebody asks for', () => {
  it.each([
    ['a tag', 'team/api:none', 'team/api:none'],
    ['a digest', `team/api@${nowhere}`, `team/api@${nowhere}`],
    ['a digest beside a tag that is there', `team/api:v1@${nowhere}`, `team/api@${nowhere}`],
    ['a digest in a repository', `team/none@${digest}`, `team/none@${digest}`],
  ])('by %s that is not there is refused, and leaves nothing in the ledger', async (_what, reference, named) => {
    site.registry.push('team/api', image, 'v1');
    const before = [await site.database.manifest.count(), await site.database.repository.count()];
    await expect(site.orderScan.order(`${host}/${reference}`)).rejects.toMatchObject({
      code: 'manifest-unknown',
      message: `registry test has no image ${named}`,
    });
    expect([await site.database.manifest.count(), await site.database.repository.count()]).toEqual(before);
  });

  it('by the digest of what is there, or known, is taken', async () => {
    site.registry.push('team/api', image, 'v1');
    const accepted = { repository: 'team/api', digest, tag: null };
    expect(await site.orderScan.order(`${host}/team/api@${digest}`)).toMatchObject(accepted);
    // Whether it still is there is for the scan to say.
    const other = debianImage('zlib=1.0-2').descriptor.digest;
    const push = { registryId: site.registryId, repository: 'team/api', digest: other, cause: 'push' } as const;
    await site.requestScan.request(push);
    expect(await site.orderScan.order(`${host}/team/api@${other}`)).toMatchObject({ ...accepted, digest: other });
  });
});
