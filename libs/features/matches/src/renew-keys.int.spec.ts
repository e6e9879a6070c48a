import { judgedAnewFrom, lookupRevision } from '@tidewaiter/ecosystems';
import { isRenewalDue, renewKeys } from './renew-keys';
import { recordPackages } from './package-rows';
import { VerdictSite } from './testing/verdict-site';

let site: VerdictSite;
beforeEach(async () => {
  site = await VerdictSite.open();
});
afterEach(() => site.close());

/** A build for a minor release, as it was recorded before lines of extended support were asked. */
async function recordOldBuild(version: string): Promise<number> {
  const pkg = {
    ecosystem: 'Red Hat:enterprise_linux:9',
    name: 'openssl-libs',
    version,
    purl: `pkg:rpm/redhat/openssl-libs@${version}`,
    source: { name: 'openssl', version },
  };
  const keys = ['openssl', 'openssl-libs'].map((name) => ({ ecosystem: `${pkg.ecosystem}::baseos`, name }));
  const [id = 0] = await site.database.$transaction((tx) => recordPackages(tx, [{ package: pkg, keys }]));
  await site.judgePackages.judgeNew([id]);
  await site.database.package.update({ where: { id }, data: { lookupRevision: 1 } });
  return id;
}

async function putErratum(id: string, product: string, fixed: string): Promise<void> {
  await site.putAdvisory({
    id,
    package: 'openssl',
    fixed,
    ecosystem: `Red Hat:${product}`,
    vulnerability: 'CVE-2023-1',
  });
}

it('has packages judged by what they are asked for under now, once, with that as the cause', async () => {
  await putErratum('RHSA-1', 'enterprise_linux:9::baseos', '1:3.0.7-25.el9_3');
  const fixed = await recordOldBuild('1:3.0.7-18.el9_2');
  await recordOldBuild('1:3.0.7-16.el9_2');
  const [other = 0] = await site.record('lodash@1.0.0');
  await site.judgePackages.judgeNew([other]);
  await site.database.package.update({ where: { id: other }, data: { lookupRevision: 1 } });
  await putErratum('RHSA-2', 'rhel_eus:9.2::baseos', '1:3.0.7-18.el9_2');
  expect(await site.openMatches()).toHaveLength(2);
  expect(await isRenewalDue(site.database)).toBe(true);

  // The package of npm has the keys it had, and is judged by the rules of now.
  expect(await renewKeys(site.database, site.judgePackages)).toMatchObject({ judged: 3 });
  expect(await site.openMatches()).toEqual([
    'openssl-libs@1:3.0.7-16.el9_2 CVE-2023-1 affected high -> 1:3.0.7-25.el9_3',
  ]);
  const closed = await site.database.transition.findMany({ where: { kind: 'closed' } });
  expect(closed).toMatchObject([{ packageId: fixed, cause: { kind: 'lookup', revision: lookupRevision } }]);
  const keys = await site.database.packageKey.findMany({ where: { packageId: fixed } });
  expect(keys).toContainEqual({ ecosystem: 'Red Hat:rhel_eus:9.2::baseos', name: 'openssl', packageId: fixed });

  expect(await isRenewalDue(site.database)).toBe(false);
  expect(await renewKeys(site.database, site.judgePackages)).toEqual({ judged: 0, changes: 0 });
});

it('judges what an interrupted renewal left', async () => {
  const id = await recordOldBuild('1:3.0.7-16.el9_2');
  await putErratum('RHSA-1', 'enterprise_linux:9::baseos', '1:3.0.7-25.el9_3');
  await renewKeys(site.database, site.judgePackages);
  const done = await site.openMatches();
  expect(done).toHaveLength(1);
  // As it is when the keys are written and the judging has not begun.
  await site.database.match.deleteMany();
  await site.database.package.update({ where: { id }, data: { lookupRevision: 1, judgedAt: null } });
  expect(await renewKeys(site.database, site.judgePackages)).toMatchObject({ judged: 1 });
  expect(await site.openMatches()).toEqual(done);
});

it('judges what was judged by other rules, though it is looked up by the same names', async () => {
  const [id = 0] = await site.record('lodash@1.0.0');
  await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0', vulnerability: 'CVE-2024-1' });
  await site.judgePackages.judgeNew([id]);
  // As other rules would have left it.
  await site.database.match.deleteMany();
  await site.database.package.update({ where: { id }, data: { lookupRevision: judgedAnewFrom } });
  expect(await renewKeys(site.database, site.judgePackages)).toEqual({ judged: 0, changes: 0 });
  await site.database.package.update({ where: { id }, data: { lookupRevision: judgedAnewFrom - 1 } });
  expect(await renewKeys(site.database, site.judgePackages)).toMatchObject({ judged: 1 });
  expect(await site.openMatches()).toEqual(['lodash@1.0.0 CVE-2024-1 affected high -> 2.0.0']);
});

it('has a build of extended support judged by the archive too, and cleared by the fix of either', async () => {
  const put = (id: string, ecosystem: string, fixed: string) =>
    site.putAdvisory({ id, package: 'vips', vulnerability: 'CVE-2024-1', ecosystem, fixed });
  const record = async (version: string): Promise<number> => {
    const ecosystem = 'Ubuntu:Pro:22.04:LTS';
    const pkg = { ecosystem, name: 'libvips42', version, purl: `pkg:deb/ubuntu/libvips42@${version}` };
    const source = { name: 'vips', version };
    const packages = [{ package: { ...pkg, source }, keys: [{ ecosystem, name: source.name }] }];
    const [id = 0] = await site.database.$transaction((tx) => recordPackages(tx, packages));
    return id;
  };
  const ids = [
    await record('8.12.1-1ubuntu0.1~esm1'),
    await record('8.12.1-1ubuntu0.1~esm2'),
    await record('8.12.1-1ubuntu0.2+esm1'),
  ];
  await site.judgePackages.judgeNew(ids);
  await site.database.package.updateMany({ where: { id: { in: ids } }, data: { lookupRevision: 4 } });
  await put('USN-1', 'Ubuntu:22.04:LTS', '8.12.1-1ubuntu0.2');
  expect(await site.openMatches()).toEqual([]);

  expect(await renewKeys(site.database, site.judgePackages)).toMatchObject({ judged: 3 });
  expect(await site.openMatches()).toEqual([
    'libvips42@8.12.1-1ubuntu0.1~esm1 CVE-2024-1 affected high -> 8.12.1-1ubuntu0.2',
    'libvips42@8.12.1-1ubuntu0.1~esm2 CVE-2024-1 affected high -> 8.12.1-1ubuntu0.2',
  ]);

  await put('USN-2', 'Ubuntu:Pro:22.04:LTS', '8.12.1-1ubuntu0.1~esm2');
  await site.judgePackages.judge(ids, { kind: 'lookup', revision: lookupRevision });
  expect(await site.openMatches()).toEqual([
    'libvips42@8.12.1-1ubuntu0.1~esm1 CVE-2024-1 affected high -> 8.12.1-1ubuntu0.1~esm2',
  ]);
});
