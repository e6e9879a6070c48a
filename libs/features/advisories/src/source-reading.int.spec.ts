import { AdvisorySite } from './testing/advisory-site';

let site: AdvisorySite;
beforeEach(async () => {
  site = await AdvisorySite.open();
});
afterEach(() => site.close());

it('a refresh keeps the last good form of a record of which one package is malformed now, and takes what is new of the others', async () => {
  await site.addSource('debian');
  const { configured } = await site.sources.sync([`debian-tracker=${site.path('debian')}`]);
  const tracker = (status: string, fixed: string) => {
    const resolved = { status: 'resolved', fixed_version: fixed, urgency: 'low' };
    const openssl = { 'CVE-2024-1000': { releases: { bookworm: { ...resolved, status } } } };
    const edk2 = {
      'CVE-2024-1000': { releases: { bookworm: resolved } },
      'CVE-2024-2000': { releases: { bookworm: resolved } },
    };
    return site.writeRaw('debian', 'tracker.json', JSON.stringify({ openssl, edk2 }));
  };
  const rows = async () => {
    const found = await site.database.advisoryAffected.findMany({ include: { advisory: true } });
    return found.map(({ name, advisory }) => `${advisory.nativeId} ${name}`).sort();
  };
  const debian = configured[0] ?? '';
  await tracker('open', '1.0');
  expect(await site.bring(debian)).toMatchObject({ records: 2, problems: 0 });
  const all = ['CVE-2024-1000 edk2', 'CVE-2024-1000 openssl', 'CVE-2024-2000 edk2'];
  expect(await rows()).toEqual(all);
  await tracker('a new word', '2.0');
  expect(await site.bring(debian)).toMatchObject({ records: 2, changed: 1, removed: 0, problems: 1 });
  expect(await rows()).toEqual(all);
  await tracker('resolved', '2.0');
  expect(await site.bring(debian)).toMatchObject({ changed: 1, problems: 0 });
});

it('a refresh keeps the last good form of a document whose file is named by its id in lower case', async () => {
  await site.addSource('vex');
  const { configured } = await site.sources.sync([`red-hat=${site.path('vex')}`]);
  const write = (id: string, document?: object) => {
    const tracking = { id, current_release_date: '2026-01-01T00:00:00Z' };
    const csaf = { document: { category: 'csaf_vex', tracking }, vulnerabilities: [{ cve: id }] };
    return site.writeRaw('vex', `${id.toLowerCase()}.json`, JSON.stringify(document ?? csaf));
  };
  for (const id of ['CVE-2024-1000', 'CVE-2024-2000']) await write(id);
  const redHat = configured[0] ?? '';
  expect(await site.bring(redHat)).toMatchObject({ records: 2, problems: 0 });
  await write('CVE-2024-1000', { document: {} });
  expect(await site.bring(redHat)).toMatchObject({ removed: 0, problems: 1 });
  expect(await site.database.advisory.count({ where: { removedAt: null } })).toBe(2);
});
