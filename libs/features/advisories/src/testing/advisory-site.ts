import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { JudgePackages, recordPackages, writeSummaries } from '@tidewaiter/features/matches';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import { zipBytes } from '@tidewaiter/formats';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { EnrichmentFeeds } from '../enrichment/enrichment-feeds';
import { RefreshEnrichment } from '../enrichment/refresh-enrichment';
import { FeedSources } from '../feed-sources';
import { RefreshSource, type RefreshOutcome } from '../refresh-source';
import { Rematch } from '../rematch';
import { TellFailing } from '../tell-failing';
import { TellFrozen } from '../tell-frozen';
import { TellRematch } from '../tell-rematch';

/** An advisory as a spec thinks of it; `fixed` by package of npm. */
export interface RecordToWrite {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly modified?: string;
  readonly withdrawn?: string;
  readonly summary?: string;
  readonly vector?: string;
  /** null: affected for ever. */
  readonly affects?: Readonly<Record<string, string | null>>;
}

export const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
export const medium = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N';

/** A database, a directory of advisories, and the parts that bring one into the other. */
export class AdvisorySite {
  readonly refreshSource: RefreshSource;
  readonly judgePackages: JudgePackages;
  readonly rematch: Rematch;
  readonly tellRematch: TellRematch;
  readonly tellFailing: TellFailing;
  readonly tellFrozen: TellFrozen;
  readonly sources: FeedSources;
  readonly refreshEnrichment: RefreshEnrichment;

  private constructor(
    readonly database: Database,
    readonly directory: string,
    private readonly drop: () => Promise<void>,
  ) {
    const channels = new NotificationChannels([
      { channel: 'slack', send: () => Promise.resolve({ kind: 'sent' as const }) },
    ]);
    const options = { snapshotDirectory: join(directory, 'snapshots'), maxShrinkPercent: 20 };
    this.refreshSource = new RefreshSource(database, options);
    this.judgePackages = new JudgePackages(database);
    this.rematch = new Rematch(database, this.judgePackages);
    this.tellRematch = new TellRematch(database, channels);
    this.tellFailing = new TellFailing(database, { alertAfterMs: 3_600_000 }, channels);
    this.tellFrozen = new TellFrozen(database, channels);
    this.sources = new FeedSources(database);
    this.refreshEnrichment = new RefreshEnrichment(database, options);
  }

  /** Where each source of what is known beside advisories is. */
  private readonly enriching = new Map<string, string>();

  static async open(): Promise<AdvisorySite> {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'advisories spec' });
    return new AdvisorySite(database, await mkdtemp(join(tmpdir(), 'tidewaiter-advisories-')), drop);
  }

  async close(): Promise<void> {
    await this.database.$disconnect();
    await this.drop();
    await rm(this.directory, { recursive: true });
  }

  /** A source of its own, in a directory of its own. Returns its id. */
  async addSource(name: string, records: readonly RecordToWrite[] = []): Promise<string> {
    await mkdir(this.path(name), { recursive: true });
    for (const record of records) await this.write(name, record);
    const { configured } = await this.sources.sync([this.path(name)]);
    return configured[0] ?? '';
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async write(source: string, record: RecordToWrite): Promise<void> {
    await this.writeRaw(source, `${record.id}.json`, JSON.stringify(osvOf(record)));
  }

  /** The records as an export has them, in one archive. */
  async writeZip(source: string, records: readonly RecordToWrite[]): Promise<Buffer> {
    const bytes = zipBytes(
      records.map((record) => ({ name: `${record.id}.json`, text: JSON.stringify(osvOf(record)) })),
    );
    await this.writeRaw(source, `${source}.zip`, bytes);
    return bytes;
  }

  async writeRaw(source: string, file: string, content: string | Buffer): Promise<void> {
    await writeFile(join(this.path(source), file), content);
  }

  /** What NVD says of a vulnerability. Returns the ids of all sources. */
  async scores(record: {
    readonly id: string;
    readonly vector: string;
    readonly status?: string;
    readonly summary?: string;
  }): Promise<readonly string[]> {
    const { id, vector, status = 'Analyzed', summary = '' } = record;
    const times = { published: '2026-01-01T00:00:00', lastModified: '2026-01-01T00:00:00' };
    const metrics = { cvssMetricV31: [{ source: 'nvd@nist.gov', cvssData: { vectorString: vector } }] };
    const cve = { id, ...times, vulnStatus: status, descriptions: [{ lang: 'en', value: summary }], metrics };
    await writeFile(this.path('nvd.json'), JSON.stringify({ vulnerabilities: [{ cve }] }));
    const { configured } = await this.sources.sync([this.path('npm'), `nvd=${this.path('nvd.json')}`]);
    return configured;
  }

  /** It may be gone already. */
  async remove(source: string, id: string): Promise<void> {
    await rm(join(this.path(source), `${id}.json`), { force: true });
  }

  /** Refreshes, judges again and tells. */
  async bring(sourceId: string): Promise<RefreshOutcome> {
    const outcome = await this.refreshSource.refresh(sourceId);
    await this.rematch.drain();
    await this.tellRematch.tellFinished();
    return outcome;
  }

  /** A source of what is known beside advisories says this now; it is read and what it changed is told. */
  async enrich(id: 'kev' | 'epss' | 'endoflife' | 'vex', file: string, content: string): Promise<RefreshOutcome> {
    const source = this.path(id);
    await mkdir(source, { recursive: true });
    await writeFile(join(source, file), content);
    this.enriching.set(id, source);
    const wanted = [...this.enriching].map(([each, from]) => ({ id: each, source: from }));
    const { configured } = await new EnrichmentFeeds(this.database).sync(wanted);
    const feedId = configured.find((one) => one.split(':')[0] === id) ?? '';
    const outcome = await this.refreshEnrichment.refresh(feedId);
    await this.tellRematch.tellFinished();
    return outcome;
  }

  /** `CVE-1 lodash 44 epss 0.5 exploited`, sorted. */
  async ranks(): Promise<readonly string[]> {
    const rows = await this.database.match.findMany({
      where: { closedAt: null },
      include: { package: true, vulnerability: true },
    });
    return rows
      .map(({ vulnerability, package: { name }, risk, epss, exploited }) =>
        [vulnerability.name, name, risk, ...(epss < 0 ? [] : ['epss', epss]), ...(exploited ? ['exploited'] : [])].join(
          ' ',
        ),
      )
      .sort();
  }

  /** `lodash@4.17.20`, judged. */
  async addPackages(...texts: readonly string[]): Promise<readonly number[]> {
    const ids = await this.database.$transaction((tx) => recordPackages(tx, texts.map(npmPackage)));
    await this.judgePackages.judgeNew(ids);
    return ids;
  }

  async addImage(name: string, packageIds: readonly number[]): Promise<number> {
    const digest = createHash('sha256').update(name);
    const sorted = [...packageIds].sort((a, b) => a - b);
    return this.database.$transaction(async (tx) => {
      const image = await tx.image.create({
        data: {
          digest: `sha256:${digest.copy().digest('hex')}`,
          mediaType: 'image',
          state: 'scanned',
          inventoryKey: 'key',
          scannedAt: new Date(),
          parts: {
            create: {
              layerIndex: 0,
              part: { create: { digest: digest.digest(), packageIds: sorted, locations: sorted.map(() => []) } },
            },
          },
        },
      });
      await writeSummaries(tx, [image.id]);
      return image.id;
    });
  }

  /** `CVE-1 lodash high -> 4.17.21`, sorted. */
  async openMatches(): Promise<readonly string[]> {
    const rows = await this.database.match.findMany({
      where: { closedAt: null },
      include: { package: true, vulnerability: true },
    });
    return rows
      .map((row) => `${row.vulnerability.name} ${row.package.name} ${row.severity} -> ${row.fixedIn ?? 'none'}`)
      .sort();
  }

  /** Kinds of the transitions since the last call, sorted. */
  async newTransitions(): Promise<readonly string[]> {
    const rows = await this.database.transition.findMany({ orderBy: { id: 'asc' } });
    await this.database.transition.deleteMany();
    return rows.map((row) => row.kind).sort();
  }

  async dirtyKeys(): Promise<readonly string[]> {
    const rows = await this.database.dirtyKey.findMany({ orderBy: { name: 'asc' } });
    return [...new Set(rows.map((row) => row.name))];
  }
}

function npmPackage(text: string) {
  const at = text.lastIndexOf('@');
  const [name, version] = [text.slice(0, at), text.slice(at + 1)];
  const pkg = { ecosystem: 'npm', name, version, purl: `pkg:npm/${text}` };
  return { package: pkg, keys: ecosystemOf(pkg)?.lookupKeys(pkg) ?? [] };
}

function osvOf({
  id,
  aliases = [],
  upstream = [],
  modified = '2026-01-01T00:00:00Z',
  withdrawn,
  summary,
  vector = critical,
  affects = {},
}: RecordToWrite) {
  return {
    id,
    modified,
    aliases,
    upstream,
    ...(withdrawn === undefined ? {} : { withdrawn }),
    ...(summary === undefined ? {} : { summary }),
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: Object.entries(affects).map(([name, fixed]) => ({
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, ...(fixed === null ? [] : [{ fixed }])] }],
    })),
  };
}
