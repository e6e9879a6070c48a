import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBundle } from './bundle';
import { advisory, importInto, lookupIn, type Items } from './spec-store';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'advisory-store-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

const importParts = (items: Readonly<Record<string, Items>>) => importInto(path, items);
const lookup = (ecosystem: string, name: string) => lookupIn(path, ecosystem, name);

describe('an import', () => {
  it('groups anew what is withdrawn now, and what no longer is', async () => {
    const [one, two] = [advisory('PYSEC-2024-1', 'PyPI/z'), advisory('PYSEC-2024-2', 'PyPI/z')];
    const joining = { ...advisory('GHSA-w', 'PyPI/z'), aliases: [one.id, two.id] };
    const withdrawn = { ...joining, withdrawn: '2025-02-01T00:00:00Z' };
    const groups = async () =>
      (await lookup('PyPI', 'z')).map(
        ({ advisory: { id }, vulnerabilities }) =>
          `${id}: ${vulnerabilities.map((group) => [group.id, ...group.aliases].join('+')).join(' ')}`,
      );
    const all = 'GHSA-w+PYSEC-2024-1+PYSEC-2024-2';
    const joined = [`GHSA-w: ${all}`, `PYSEC-2024-1: ${all}`, `PYSEC-2024-2: ${all}`];
    const apart = [
      'GHSA-w: GHSA-w PYSEC-2024-1 PYSEC-2024-2',
      'PYSEC-2024-1: PYSEC-2024-1',
      'PYSEC-2024-2: PYSEC-2024-2',
    ];
    const steps = [
      [withdrawn, apart],
      [joining, joined],
      [withdrawn, apart],
    ] as const;
    for (const [record, expected] of steps) {
      await importParts({ PyPI: [one, two, record] });
      expect(await groups()).toEqual(expected);
    }
    const bundle = join(directory, 'advisories.bundle');
    await exportBundle(path, bundle);
    expect(await lookupIn(bundle, 'PyPI', 'z')).toEqual(await lookup('PyPI', 'z'));
  });

  it('takes a record of which a copy stands by the copies that do', async () => {
    const other = advisory('PYSEC-2024-1', 'PyPI/z');
    const withdrawn = { ...advisory('GHSA-w', 'PyPI/z'), aliases: [other.id], withdrawn: '2025-02-01T00:00:00Z' };
    const groups = async () => (await lookup('PyPI', 'z')).map(({ vulnerabilities }) => vulnerabilities);
    const alone = (id: string) => [{ id, aliases: [] }];
    await importParts({ PyPI: [withdrawn, other], npm: [advisory('GHSA-w', 'npm/z')] });
    expect(await groups()).toEqual([alone('GHSA-w'), alone(other.id)]);
    await importParts({ npm: [{ ...advisory('GHSA-w', 'npm/z'), aliases: ['CVE-2024-1000'] }] });
    const cve = [{ id: 'CVE-2024-1000', aliases: ['GHSA-w'] }];
    expect(await groups()).toEqual([cve, alone(other.id)]);
    await importParts({ npm: [{ ...advisory('GHSA-w', 'npm/z'), withdrawn: '2025-02-01T00:00:00Z' }] });
    expect(await groups()).toEqual([[...alone('GHSA-w'), ...alone(other.id)], alone(other.id)]);
  });
});
