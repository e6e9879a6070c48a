import type { SampleImage } from '@tidewaiter/samples';
import type { AdvisoryFile } from './advisory-directory';
import type { Issues } from './debian-tracker';
import { Dice } from './dice';

/**
 * A made-up world for comparing two ways to one answer: packages of several ecosystems, and records about them of every
 * shape that a verdict depends on. The same each time.
 */
export interface Corpus {
  readonly image: SampleImage;
  readonly records: readonly AdvisoryFile[];
  readonly tracker: Issues;
  /** A page of NVD's. */
  readonly nvd: string;
}

const names = Array.from({ length: 60 }, (_, n) => `pkg-${String(n).padStart(2, '0')}`);
const versions = ['0.9.0', '1.0.0', '1.0.1', '1.2.0-rc.1', '1.2.0', '1.10.0', '2.0.0', 'not a version'] as const;
const ecosystems = ['npm', 'PyPI', 'Debian:12', 'Debian:11', 'Alpine:v3.18'] as const;
const vectors = [
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N',
  'CVSS:3.1/AV:N',
  undefined,
] as const;

export function makeCorpus(): Corpus {
  const dice = new Dice(20_260_726);
  const records = Array.from({ length: 900 }, (_, n) => recordOf(n, dice));
  const tracker = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [
      cve(dice.below(500)),
      { source: names[n % names.length] ?? '', release: releaseOf(dice) },
    ]),
  );
  return { image: imageOf(dice), records, tracker, nvd: nvdPage(dice) };
}

/** Scores of half of the vulnerabilities; some ids are rejected. */
function nvdPage(dice: Dice): string {
  const vulnerabilities = Array.from({ length: 250 }, (_, n) => {
    const vectorString = dice.pick(vectors);
    const metric = { source: dice.pick(['nvd@nist.gov', 'cna@example.com']), cvssData: { vectorString } };
    return {
      cve: {
        id: cve(n * 2),
        published: '2026-01-01T00:00:00.000',
        lastModified: '2026-01-01T00:00:00.000',
        vulnStatus: dice.below(10) === 0 ? 'Rejected' : 'Analyzed',
        descriptions: [],
        metrics: vectorString === undefined ? {} : { cvssMetricV31: [metric] },
      },
    };
  });
  return JSON.stringify({ vulnerabilities });
}

function recordOf(n: number, dice: Dice): AdvisoryFile {
  const kind = dice.pick(['GHSA', 'CVE', 'MAL', 'DSA'] as const);
  const id = kind === 'CVE' ? cve(n % 500) : `${kind}-${n}`;
  const isAbout = cve(dice.below(500));
  const vector = dice.pick(vectors);
  const record = {
    id: kind === 'CVE' ? `DEBIAN-${id}-${n}` : id,
    modified: '2026-01-01T00:00:00Z',
    summary: `Record ${n}`,
    ...(dice.below(4) > 0 && { [kind === 'DSA' ? 'upstream' : 'aliases']: [isAbout] }),
    ...(dice.below(12) === 0 && { withdrawn: '2026-01-02T00:00:00Z' }),
    severity: vector === undefined ? [] : [{ type: 'CVSS_V3', score: vector }],
    affected: Array.from({ length: 1 + dice.below(3) }, () => affectedOf(dice)),
  };
  return record;
}

function affectedOf(dice: Dice): object {
  const ecosystem = dice.pick(ecosystems);
  const introduced = { introduced: dice.pick(['0', '1.0.0', '1.2.0']) };
  const end = dice.pick([
    { fixed: '1.0.1' },
    { fixed: '1.10.0' },
    { last_affected: '1.2.0' },
    { fixed: 'no version' },
    undefined,
  ]);
  return {
    package: { ecosystem, name: dice.pick(names) },
    ranges: [
      {
        type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM',
        events: end === undefined ? [introduced] : [introduced, end],
      },
    ],
    ...(dice.below(3) === 0 && { versions: [dice.pick(versions), dice.pick(versions)] }),
    ...(dice.below(5) === 0 && { database_specific: { severity: dice.pick(['LOW', 'CRITICAL', 'odd']) } }),
  };
}

function releaseOf(dice: Dice): object {
  const urgency = dice.pick(['unimportant', 'low', 'high**', 'end-of-life', 'not yet assigned']);
  return dice.pick([
    { status: 'open', urgency },
    { status: 'open', urgency, nodsa: 'Minor', nodsa_reason: dice.pick(['', 'ignored', 'postponed']) },
    { status: 'resolved', urgency, fixed_version: dice.pick(['0', '1.0.1', '2.0.0']) },
    { status: 'undetermined', urgency },
  ]);
}

function imageOf(dice: Dice): SampleImage {
  const stanzas = names.map((name, n) => {
    const source = n % 3 === 0 ? `Source: ${dice.pick(names)}\n` : '';
    return `Package: lib${name}\nStatus: install ok installed\nArchitecture: amd64\n${source}Version: ${dice.pick(versions.slice(0, 7))}\n\nPackage: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${dice.pick(versions.slice(0, 7))}\n`;
  });
  const modules = names.map((name) => ({
    path: `app/node_modules/${name}/package.json`,
    content: JSON.stringify({ name, version: dice.pick(versions) }),
  }));
  const distributions = names.map((name) => ({
    path: `usr/lib/python3/site-packages/${name.replace('-', '_')}-1.dist-info/METADATA`,
    content: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${dice.pick(versions)}\n\n`,
  }));
  const release = { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' };
  const files = [release, { path: 'var/lib/dpkg/status', content: stanzas.join('\n') }, ...modules, ...distributions];
  const layers = [{ createdBy: 'COPY corpus', files }];
  return { repository: 'tools/corpus', tag: '1', platforms: [{ os: 'linux', architecture: 'amd64', layers }] };
}

function cve(n: number): string {
  return `CVE-2099-${1_000 + n}`;
}
