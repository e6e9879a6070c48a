import { layerChains } from '@tidewaiter/features/scans';
import { createHash, randomUUID } from 'node:crypto';
import { severities, type Severity } from '@tidewaiter/contracts';
import type { Database, Prisma } from '@tidewaiter/db';

export interface ImageToAdd {
  readonly registry?: string;
  readonly repository: string;
  readonly tags?: readonly string[];
  readonly name: string;
  /** Packages by layer, base first. */
  readonly layers?: readonly (readonly string[])[];
  /** Layers by name, base first: images that share the first of them are built on the same base. */
  readonly diffs?: readonly string[];
  readonly state?: 'scanned' | 'partial' | 'unsupported';
  readonly platform?: string;
  readonly scannedAt?: Date;
  /** Left out: counted from the matches added so far. */
  readonly summary?: 'none';
  /** Index that leads to it; left out: the image's own manifest. */
  readonly index?: string;
  readonly scan?: 'queued' | 'running' | 'finished' | 'failed' | 'none';
}

export interface MatchToAdd {
  readonly package: string;
  readonly vulnerability: string;
  readonly severity?: Severity;
  readonly state?: 'affected' | 'undetermined';
  readonly fixedIn?: string;
  readonly score?: number;
  readonly risk?: number;
  readonly epss?: number | undefined;
  readonly openedAt?: Date;
  readonly closedAt?: Date;
  readonly closed?: boolean;
}

/** Rows as the worker leaves them, for specs of the questions asked of them. Names are made into digests and ids. */
export class Fleet {
  constructor(private readonly database: Database) {}

  digest(name: string): string {
    return `sha256:${createHash('sha256').update(name).digest('hex')}`;
  }

  /** `name@version`, or `ecosystem/name@version`. */
  async addPackage(text: string, options: { readonly judged?: boolean } = {}): Promise<number> {
    const [, ecosystem = 'Debian:12', name = text, version = '1'] = /^(?:([^/]+)\/)?(.+)@(.+)$/.exec(text) ?? [];
    const identity = createHash('sha256').update(text).digest();
    const row = await this.database.package.upsert({
      where: { identity },
      update: {},
      create: {
        identity,
        ecosystem,
        name,
        version,
        purl: `pkg:generic/${name}@${version}`,
        judgedAt: options.judged === false ? null : new Date(),
      },
    });
    return row.id;
  }

  async addRegistry(name: string): Promise<number> {
    const create = { name, kind: 'oci', url: `https://user:secret@${name}.example` };
    return (await this.database.registry.upsert({ where: { name }, update: {}, create })).id;
  }

  async addManifest(registry: string, repository: string, name: string, tags: readonly string[] = []): Promise<number> {
    const registryId = await this.addRegistry(registry);
    const home = { registryId, name: repository };
    const { id: repositoryId } = await this.database.repository.upsert({
      where: { registryId_name: home },
      update: {},
      create: home,
    });
    const key = { repositoryId, digest: this.digest(name) };
    const manifest = await this.database.manifest.upsert({
      where: { repositoryId_digest: key },
      update: {},
      create: key,
    });
    for (const tag of tags) {
      await this.database.tag.upsert({
        where: { repositoryId_name: { repositoryId, name: tag } },
        update: { manifestId: manifest.id },
        create: { repositoryId, name: tag, manifestId: manifest.id },
      });
    }
    return manifest.id;
  }

  async addScan(manifestId: number, fields: Partial<Prisma.ScanUncheckedCreateInput> & { readonly state: string }) {
    const { repositoryId } = await this.database.manifest.findUniqueOrThrow({ where: { id: manifestId } });
    return this.database.scan.create({
      data: { id: randomUUID(), repositoryId, manifestId, cause: 'push', ...fields },
    });
  }

  async addImage(image: ImageToAdd): Promise<number> {
    const layers = image.layers ?? [];
    const chains = [...layerChains((image.diffs ?? []).map((diff) => this.digest(diff)))];
    const row = await this.database.image.create({
      data: {
        digest: this.digest(image.name),
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        platform: image.platform ?? 'linux/amd64',
        state: image.state ?? 'scanned',
        osId: 'debian',
        osVersionId: '12',
        osPrettyName: 'Debian GNU/Linux 12 (bookworm)',
        inventoryKey: 'spec',
        scannedAt: image.scannedAt ?? new Date(),
        chains,
        chain: chains.at(-1) ?? null,
        layers: layers.map((_, index) => ({
          index,
          digest: this.digest(`${image.name} layer ${String(index)}`),
          diffId: this.digest(`${image.name} diff ${String(index)}`),
          createdBy: `RUN step ${String(index)}`,
          sizeBytes: 1000 + index,
        })),
        problems:
          image.state === 'partial' ? [{ code: 'package-database-unreadable', message: 'a database is broken' }] : [],
        ...(image.state === 'unsupported'
          ? { reasonCode: 'os-unsupported', reason: 'windows images are not read' }
          : {}),
      },
    });
    const parts: Part[] = [];
    for (const [index, packages] of layers.entries()) parts.push(await this.addPart(row.id, index, packages));
    const manifestId = await this.addManifest(
      image.registry ?? 'main',
      image.repository,
      image.index ?? image.name,
      image.tags,
    );
    await this.database.manifestImage.create({ data: { manifestId, imageId: row.id } });
    if (image.scan !== 'none') await this.addScan(manifestId, { state: image.scan ?? 'finished' });
    if (image.summary !== 'none') await this.summarize(row.id, parts);
    return row.id;
  }

  async addVulnerability(
    name: string,
    fields: Partial<Prisma.VulnerabilityUncheckedCreateInput> & { readonly advisories?: readonly string[] } = {},
  ): Promise<number> {
    const { advisories = [`ADV-${name}`], ...rest } = fields;
    const { id } = await this.database.vulnerability.create({
      data: { name, aliases: [], summary: `Summary of ${name}`, severity: 'high', ...rest },
    });
    for (const nativeId of advisories) await this.addAdvisory(nativeId, id);
    return id;
  }

  async addAdvisory(nativeId: string, vulnerabilityId: number): Promise<number> {
    const sourceId = 'osv:spec';
    await this.database.feedState.upsert({
      where: { id: sourceId },
      update: {},
      create: { id: sourceId, feed: 'osv', source: 'https://feeds.example/all.zip?sig=secret', state: 'ok' },
    });
    const key = { sourceId, nativeId };
    const advisory = await this.database.advisory.upsert({
      where: { sourceId_nativeId: key },
      update: {},
      create: {
        ...key,
        feed: 'osv',
        modified: '2026-01-01T00:00:00Z',
        severities: [],
        contentHash: createHash('sha256').update(nativeId).digest(),
      },
    });
    await this.database.advisoryVulnerability.create({ data: { advisoryId: advisory.id, vulnerabilityId } });
    return advisory.id;
  }

  async addMatch(match: MatchToAdd): Promise<bigint> {
    const packageId = await this.addPackage(match.package);
    const vulnerability = await this.database.vulnerability.findUniqueOrThrow({
      where: { name: match.vulnerability },
      include: { advisories: { take: 1 } },
    });
    const row = await this.database.match.create({
      data: {
        packageId,
        vulnerabilityId: vulnerability.id,
        advisoryId: vulnerability.advisories[0]?.advisoryId ?? 0,
        state: match.state ?? 'affected',
        severity: match.severity ?? vulnerability.severity,
        openedAt: match.openedAt ?? new Date('2026-02-03T04:05:06Z'),
        ...(match.risk === undefined ? {} : { risk: match.risk }),
        ...(match.epss === undefined ? {} : { epss: match.epss }),
        ...(match.score === undefined ? {} : { score: match.score }),
        ...(match.fixedIn === undefined ? {} : { fixedIn: match.fixedIn }),
        ...(match.state === 'undetermined' ? { reason: 'version-unreadable' } : {}),
        ...(match.closed === true ? { closedAt: match.closedAt ?? new Date() } : {}),
      },
    });
    return row.id;
  }

  private async addPart(imageId: number, layerIndex: number, packages: readonly string[]): Promise<Part> {
    const held = await Promise.all(packages.map(async (text) => ({ id: await this.addPackage(text), text })));
    held.sort((a, b) => a.id - b.id);
    const packageIds = held.map(({ id }) => id);
    const digest = createHash('sha256').update(packageIds.join()).digest();
    const part = await this.database.inventoryPart.upsert({
      where: { digest },
      update: {},
      create: { digest, packageIds, locations: held.map(({ text }) => [`files/${text}`]) },
    });
    await this.database.imagePart.create({ data: { imageId, partId: part.id, layerIndex } });
    return part;
  }

  /** Counted here and not by the code that does it for real, so that a spec does not agree with itself. */
  private async summarize(imageId: number, parts: readonly Part[]): Promise<void> {
    const updatedAt = new Date();
    for (const { id: partId, packageIds } of parts) {
      const counts = { ...(await this.countsOf(packageIds)), updatedAt };
      await this.database.partSummary.upsert({ where: { partId }, create: { partId, ...counts }, update: counts });
    }
    const held = parts.flatMap(({ packageIds }) => packageIds);
    const repeated = held.filter((id, index) => held.indexOf(id) < index);
    await this.database.imageRepetition.create({ data: { imageId, ...(await this.countsOf(repeated)), updatedAt } });
    const { critical, high, medium, low } = await this.countsOf([...new Set(held)]);
    await this.database.imageRank.create({ data: { imageId, critical, high, medium, low } });
  }

  /** A package that is there twice is counted twice. */
  private async countsOf(packageIds: readonly number[]) {
    const matches = await this.database.match.findMany({
      where: { packageId: { in: [...packageIds] }, closedAt: null },
    });
    const open = packageIds.flatMap((id) => matches.filter((match) => match.packageId === id));
    const affected = open.filter((match) => match.state === 'affected');
    const of = (severity: Severity): number => affected.filter((match) => match.severity === severity).length;
    return {
      packages: packageIds.length,
      critical: of(severities[0]),
      high: of(severities[1]),
      medium: of(severities[2]),
      low: of(severities[3]),
      negligible: of(severities[4]),
      unknown: of(severities[5]),
      undetermined: open.length - affected.length,
      fixable: affected.filter((match) => match.fixedIn !== null).length,
    };
  }
}

interface Part {
  readonly id: number;
  readonly packageIds: readonly number[];
}
