import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dice } from '@tidewaiter/testing';

/** Records of OSV by their ids. */
type Records = Map<string, unknown>;

const cves = ['1000', '1001', '1002', '1003', '1004'].map((number) => `CVE-2026-${number}`);
const vectors = [
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
  'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N',
];
const applicationIds = ['GHSA-0', 'GHSA-1', 'GHSA-2', 'GHSA-3', 'PYSEC-2026-1', 'MAL-2026-1', cves[4] ?? ''];
const distributionIds = [
  'DSA-1',
  'DSA-2',
  'DEBIAN-CVE-2026-1000',
  'DEBIAN-CVE-2026-1001',
  'ALPINE-CVE-2026-1002',
  'UNNAMED-1',
];
const statuses = ['not_affected', 'fixed', 'affected', 'under_investigation'];

export type FeedOfWorld =
  'app' | 'distro' | 'debian-tracker' | 'alpine-secdb' | 'nvd' | 'kev' | 'epss' | 'endoflife' | 'vex';

export const advisoryFeeds = ['app', 'distro', 'debian-tracker', 'alpine-secdb', 'nvd'] as const;
export const enrichmentFeeds = ['kev', 'epss', 'endoflife', 'vex'] as const;

/** Everything that feeds say, in the words and files of each of them. `change` has one of them say something else. */
export class Said {
  private readonly records = { app: new Map() as Records, distro: new Map() as Records };
  private readonly tracker = new Map<string, unknown>();
  private readonly secdb = new Map<string, string>();
  private readonly nvd = new Map<string, string>();
  private exploited: readonly string[] = [];
  private readonly scores = new Map<string, number>();
  /** Of its scores: of another one they mean something else. */
  model = 1;
  private day = 0;
  private statements: readonly unknown[] = [];
  private endsOn = '2020-01-01';

  constructor(
    readonly directory: string,
    private readonly dice: Dice,
    /** What statements may be about. */
    private readonly products: () => readonly string[],
  ) {}

  path(feed: FeedOfWorld): string {
    return join(this.directory, feed);
  }

  /** As an operator configures it. */
  sourceOf(feed: (typeof advisoryFeeds)[number]): string {
    return feed === 'app' || feed === 'distro' ? this.path(feed) : `${feed}=${this.path(feed)}`;
  }

  /** Says in all files what is said now. */
  async writeAll(): Promise<void> {
    for (const feed of [...advisoryFeeds, ...enrichmentFeeds]) await this.write(feed);
  }

  async change(feed: FeedOfWorld): Promise<void> {
    this.changeOne(feed);
    await this.write(feed);
  }

  private changeOne(feed: FeedOfWorld): void {
    const { dice } = this;
    switch (feed) {
      case 'app':
      case 'distro':
        return this.changeRecords(feed);
      case 'debian-tracker':
        return change(this.tracker, `${dice.pick(['openssl', 'zlib'])} ${dice.pick(cves)}`, this.release(), dice);
      case 'alpine-secdb':
        return change(this.secdb, dice.pick(cves), dice.pick(['0', '1.36.0-r0', '1.36.1-r0', '1.36.2-r0']), dice);
      case 'nvd':
        return change(this.nvd, dice.pick(cves), dice.pick(vectors), dice);
      case 'kev':
        this.exploited = dice.some(cves, 3);
        return;
      case 'epss':
        this.day += 1;
        if (dice.oneIn(6)) this.model += 1;
        change(this.scores, dice.pick(cves), dice.pick([0.02, 0.05, 0.3, 0.6, 0.95]), dice);
        return;
      case 'endoflife':
        this.endsOn = dice.pick(['2020-01-01', '2090-01-01']);
        return;
      case 'vex':
        this.statements = Array.from({ length: dice.below(4) }, () => this.statement());
    }
  }

  private changeRecords(feed: 'app' | 'distro'): void {
    const ids = feed === 'app' ? applicationIds : distributionIds;
    for (let n = this.dice.below(3); n >= 0; n -= 1) {
      const id = this.dice.pick(ids);
      change(
        this.records[feed],
        id,
        feed === 'app' ? this.applicationRecord(id) : this.distributionRecord(id),
        this.dice,
      );
    }
  }

  private applicationRecord(id: string) {
    const { dice } = this;
    const names = dice.some(['GHSA-0', 'GHSA-2', 'PYSEC-2026-1', ...cves], 2).filter((name) => name !== id);
    const affected = dice.some(['npm a', 'npm b', 'PyPI p'], 2).map((text) => {
      const [ecosystem = '', name = ''] = text.split(' ');
      return {
        package: { ecosystem, name },
        ...this.versions(ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', ['1.5.0', '2.5.0']),
        ...(dice.oneIn(4) && { severity: [{ type: 'CVSS_V3', score: dice.pick(vectors) }] }),
      };
    });
    return { ...this.headOf(id), ...(dice.oneIn(5) ? { upstream: names } : { aliases: names }), affected };
  }

  private distributionRecord(id: string) {
    const { dice } = this;
    const named = /CVE-\d+-\d+$/.exec(id)?.[0];
    const ecosystem = id.startsWith('ALPINE') ? 'Alpine:v3.20' : 'Debian:12';
    const names = ecosystem === 'Debian:12' ? ['openssl', 'zlib'] : ['busybox'];
    const fixes = ecosystem === 'Debian:12' ? ['3.0.1-1', '3.0.2-1', '1:1.3-1'] : ['1.36.1-r0'];
    const affected = dice
      .some(names, 2)
      .map((name) => ({ package: { ecosystem, name }, ...this.versions('ECOSYSTEM', fixes) }));
    return { ...this.headOf(id), upstream: named === undefined ? dice.some(cves, 2) : [named], affected };
  }

  private headOf(id: string) {
    const { dice } = this;
    return {
      id,
      modified: `2026-01-${String(10 + dice.below(18))}T00:00:00Z`,
      ...(dice.oneIn(7) && { withdrawn: '2026-02-01T00:00:00Z' }),
      ...(dice.oneIn(2) && { summary: `Words of ${id} ${String(dice.below(3))}` }),
      ...(!dice.oneIn(3) && { severity: [{ type: 'CVSS_V3', score: dice.pick(vectors) }] }),
    };
  }

  private versions(type: string, fixes: readonly string[]) {
    const { dice } = this;
    if (dice.oneIn(8)) return { versions: ['1.0.0'] };
    const fix = dice.oneIn(3) ? [] : [{ fixed: dice.pick(fixes) }];
    return { ranges: [{ type, events: [{ introduced: '0' }, ...fix] }] };
  }

  private release() {
    const { dice } = this;
    return {
      repositories: { bookworm: '3.0.1-1' },
      ...dice.pick([
        { status: 'open' },
        { status: 'open', nodsa: 'Too intrusive', nodsa_reason: 'ignored' },
        { status: 'open', nodsa: 'Later', nodsa_reason: 'postponed' },
        { status: 'undetermined' },
        { status: 'resolved', fixed_version: '0' },
        { status: 'resolved', fixed_version: '3.0.2-1' },
        { status: 'resolved', fixed_version: '1:1.1-1' },
      ]),
      urgency: dice.pick(['not yet assigned', 'unimportant', 'high', 'end-of-life']),
    };
  }

  private statement() {
    const { dice } = this;
    return {
      vulnerability: { name: dice.pick([...cves, 'GHSA-0', 'GHSA-2', 'DSA-1']) },
      status: dice.pick(statuses),
      justification: 'component_not_present',
      timestamp: `2026-01-0${String(1 + dice.below(3))}T00:00:00Z`,
      products: dice.some(this.products(), 3).map((id) => ({ '@id': id })),
    };
  }

  private async write(feed: FeedOfWorld): Promise<void> {
    await rm(this.path(feed), { recursive: true, force: true });
    await mkdir(this.path(feed), { recursive: true });
    for (const [name, content] of Object.entries(this.filesOf(feed)))
      await writeFile(join(this.path(feed), name), content);
  }

  private filesOf(feed: FeedOfWorld): Readonly<Record<string, string>> {
    switch (feed) {
      case 'app':
      case 'distro':
        return this.recordFiles(feed);
      case 'debian-tracker':
        return { 'tracker.json': JSON.stringify(this.trackerDocument()) };
      case 'alpine-secdb':
        return { 'main.json': JSON.stringify(this.secdbDocument()) };
      case 'nvd':
        return {
          'nvd.json': JSON.stringify({
            vulnerabilities: [...this.nvd, ['CVE-1999-0001', vectors[0] ?? '']].map(nvdEntry),
          }),
        };
      case 'kev':
        return { 'kev.json': catalogue(['CVE-1999-0001', ...this.exploited]) };
      case 'epss':
        return { 'epss.csv': this.scoresText() };
      case 'endoflife':
        return { 'full.json': JSON.stringify(endOfLife(this.endsOn)) };
      case 'vex':
        return { 'vex.json': JSON.stringify(openVex(this.statements)) };
    }
  }

  private recordFiles(feed: 'app' | 'distro'): Readonly<Record<string, string>> {
    // A source of which nothing is left would be refused.
    const always = { id: `OTHER-${feed}`, modified: '2026-01-01T00:00:00Z', affected: [otherPackage(feed)] };
    const records: Records = new Map([...this.records[feed], [always.id, always]]);
    return Object.fromEntries([...records].map(([id, record]) => [`${id}.json`, JSON.stringify(record)]));
  }

  private trackerDocument() {
    const document: Record<string, Record<string, unknown>> = {
      other: { 'CVE-1999-0001': { releases: { bookworm: { status: 'open', urgency: 'low' } } } },
    };
    for (const [key, bookworm] of this.tracker) {
      const [name = '', cve = ''] = key.split(' ');
      document[name] = { ...document[name], [cve]: { releases: { bookworm } } };
    }
    return document;
  }

  private secdbDocument() {
    const secfixes: Record<string, string[]> = { '0.1-r0': ['CVE-1999-0001'] };
    for (const [cve, version] of this.secdb) secfixes[version] = [...(secfixes[version] ?? []), cve];
    return { distroversion: 'v3.20', reponame: 'main', packages: [{ pkg: { name: 'busybox', secfixes } }] };
  }

  private scoresText(): string {
    const date = new Date(Date.UTC(2026, 0, 1 + this.day)).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const lines = [['CVE-1999-0001', 0.5] as const, ...this.scores].map(
      ([cve, score]) => `${cve},${String(score)},0.5`,
    );
    return [
      `#model_version:v${String(this.model)},score_date:${date}T00:00:00Z`,
      'cve,epss,percentile',
      ...lines,
      '',
    ].join('\n');
  }
}

/** It says something new under this key, or nothing any more. */
function change<V>(said: Map<string, V>, key: string, value: V, dice: Dice): void {
  if (said.has(key) && dice.oneIn(4)) said.delete(key);
  else said.set(key, value);
}

function otherPackage(feed: 'app' | 'distro') {
  const ecosystem = feed === 'app' ? 'npm' : 'Debian:12';
  return { package: { ecosystem, name: 'other' }, versions: ['0.0.1'] };
}

function nvdEntry([id = '', vector = '']: readonly string[]) {
  const times = { published: '2026-01-01T00:00:00', lastModified: '2026-01-01T00:00:00' };
  const metrics = { cvssMetricV31: [{ source: 'nvd@nist.gov', cvssData: { vectorString: vector } }] };
  return {
    cve: { id, ...times, vulnStatus: 'Analyzed', descriptions: [{ lang: 'en', value: `NVD of ${id}` }], metrics },
  };
}

function catalogue(ids: readonly string[]): string {
  const vulnerabilities = ids.map((cveID) => ({
    ...{ cveID, vulnerabilityName: cveID, dateAdded: '2026-01-02', knownRansomwareCampaignUse: 'Known' },
  }));
  return JSON.stringify({ count: vulnerabilities.length, vulnerabilities });
}

function endOfLife(eolFrom: string) {
  const release = {
    name: '12',
    label: '12',
    releaseDate: '2019-06-10',
    isEol: eolFrom < '2026',
    eolFrom,
    latest: null,
  };
  return { schema_version: '1.2.1', total: 1, result: [{ name: 'debian', identifiers: [], releases: [release] }] };
}

function openVex(statements: readonly unknown[]) {
  const other = { vulnerability: { name: 'CVE-1999-0001' }, status: 'fixed', products: [{ '@id': 'pkg:npm/other' }] };
  return {
    ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://acme.example/vex', author: 'Acme' },
    timestamp: '2026-01-01T00:00:00Z',
    version: 1,
    statements: [other, ...statements],
  };
}
