import type { AdvisoryFile } from './advisory-directory';
import { areLess, type InstalledPackage } from './debian-image';

/** What a made-up record says about a source package, derived from the version that is installed. */
interface Plan {
  readonly release: 'Debian:12' | 'Debian:13';
  readonly introduced: string;
  /** Undefined: no version repairs it. */
  readonly fixed: string | undefined;
}

/** Around the installed version, where a comparison that is only almost right goes wrong. */
const plans: readonly ((version: string) => Plan)[] = [
  (version) => ({ release: 'Debian:12', introduced: '0', fixed: `${version}~` }),
  (version) => ({ release: 'Debian:12', introduced: '0', fixed: version }),
  (version) => ({ release: 'Debian:12', introduced: '0', fixed: `${version}+deb12u9` }),
  () => ({ release: 'Debian:12', introduced: '0', fixed: undefined }),
  // How Debian says that it was never affected.
  () => ({ release: 'Debian:12', introduced: '0', fixed: '0' }),
  () => ({ release: 'Debian:13', introduced: '0', fixed: undefined }),
  // Less than any version with an epoch above 1, more than any without.
  () => ({ release: 'Debian:12', introduced: '0', fixed: '1:0' }),
  (version) => ({ release: 'Debian:12', introduced: version, fixed: `${version}.1` }),
  (version) => ({ release: 'Debian:12', introduced: `${version}+`, fixed: undefined }),
  (version) => ({ release: 'Debian:12', introduced: `${version}~~`, fixed: `${version}~rc1` }),
];

interface PlannedRecord extends Plan {
  readonly id: string;
  readonly source: string;
}

/** OSV records about every source package of the root, one for each plan. */
export function planRecords(packages: readonly InstalledPackage[]): readonly PlannedRecord[] {
  const versions = new Map(packages.map(({ source }) => [source.name, source.version]));
  return [...versions].flatMap(([source, version], index) =>
    plans.map((plan, number) => ({ id: `CVE-2099-${10_000 + index * 100 + number}`, source, ...plan(version) })),
  );
}

export function osvRecordOf({ id, source, release, introduced, fixed }: PlannedRecord): AdvisoryFile {
  const record = {
    schema_version: '1.6.0',
    id,
    modified: '2026-01-01T00:00:00Z',
    affected: [
      {
        package: { ecosystem: release, name: source },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])] }],
      },
    ],
  };
  return record;
}

/** `ID NAME VERSION -> FIXED` for every binary package that dpkg's comparison finds affected. */
export async function expectedFindings(
  packages: readonly InstalledPackage[],
  records: readonly PlannedRecord[],
): Promise<readonly string[]> {
  const candidates = records
    .filter(({ release }) => release === 'Debian:12')
    .flatMap((record) =>
      packages.filter(({ source }) => source.name === record.source).map((installed) => ({ record, installed })),
    );
  const beforeIntroduced = await areLess(
    candidates.map(({ record, installed }) => [installed.source.version, record.introduced]),
  );
  const beforeFixed = await areLess(
    candidates.map(({ record, installed }) => [installed.source.version, record.fixed ?? '999999:0']),
  );
  return candidates
    .filter((_candidate, index) => beforeIntroduced[index] === false && beforeFixed[index] === true)
    .map(({ record, installed }) => `${record.id} ${installed.name} ${installed.version} -> ${record.fixed ?? 'none'}`)
    .sort();
}
