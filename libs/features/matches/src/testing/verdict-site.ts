import { createHash } from 'node:crypto';
import { openDatabase, type Database } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { JudgePackages } from '../judge-packages';
import { recordPackages, type PackageToRecord } from '../package-rows';

export interface AdvisoryToPut {
  readonly id: string;
  readonly package: string;
  /** Left out: affected for ever. */
  readonly fixed?: string;
  readonly severity?: 'critical' | 'high' | 'medium';
  readonly withdrawn?: boolean;
  /** npm where left out. */
  readonly ecosystem?: string;
  /** That it is an erratum for; itself where left out. */
  readonly vulnerability?: string;
}

/** A database with packages of npm and advisories about them; an advisory is a vulnerability of its own. */
export class VerdictSite {
  readonly judgePackages: JudgePackages;

  private constructor(
    readonly database: Database,
    private readonly drop: () => Promise<void>,
  ) {
    this.judgePackages = new JudgePackages(database);
  }

  static async open(): Promise<VerdictSite> {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'matches spec', maxConnections: 20 });
    await database.feedState.create({ data: { id: 'osv:npm', feed: 'osv', source: 'npm', state: 'ok', run: 1 } });
    return new VerdictSite(database, drop);
  }

  async close(): Promise<void> {
    await this.database.$disconnect();
    await this.drop();
  }

  /** Adds an advisory or replaces it, as a feed does: in one transaction. */
  async putAdvisory(advisory: AdvisoryToPut): Promise<void> {
    const { id, package: name, fixed, severity = 'high', withdrawn, ecosystem = 'npm' } = advisory;
    const content = {
      modified: '2026-01-01',
      withdrawn: withdrawn === true ? '2026-01-02' : null,
      aliases: [],
      upstream: [],
      references: [],
      severities: [{ source: 'GitHub', kind: 'word', value: severity }],
      contentHash: new Uint8Array(),
    };
    const affected = {
      ecosystem,
      name,
      ranges: [
        {
          type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM',
          events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])],
        },
      ],
      versions: [],
      severities: [],
    };
    await this.database.$transaction(async (tx) => {
      const key = { sourceId: 'osv:npm', nativeId: id };
      const row = await tx.advisory.upsert({
        where: { sourceId_nativeId: key },
        create: { ...key, feed: 'osv', ...content },
        update: content,
      });
      await tx.advisoryAffected.deleteMany({ where: { advisoryId: row.id } });
      await tx.advisoryAffected.create({ data: { advisoryId: row.id, ...affected } });
      const vulnerability = await tx.vulnerability.upsert({
        where: { name: advisory.vulnerability ?? id },
        create: { name: advisory.vulnerability ?? id, aliases: [] },
        update: {},
      });
      await tx.advisoryVulnerability.createMany({
        data: { advisoryId: row.id, vulnerabilityId: vulnerability.id },
        skipDuplicates: true,
      });
    });
  }

  record(...texts: readonly string[]): Promise<readonly number[]> {
    return this.database.$transaction((tx) => recordPackages(tx, texts.map(npmPackage)));
  }

  /** Packages a, in which something critical is found, b, in which something is, and c. */
  async recordTwoAffected(): Promise<[a: number, b: number, c: number]> {
    const [a = 0, b = 0, c = 0] = await this.record('a@1.0.0', 'b@1.0.0', 'c@1.0.0');
    await this.putAdvisory({ id: 'GHSA-a', package: 'a', severity: 'critical' });
    await this.putAdvisory({ id: 'GHSA-b', package: 'b' });
    await this.judgePackages.judgeNew([a, b, c]);
    return [a, b, c];
  }

  async addImage(name: string, layers: readonly (readonly number[])[]): Promise<number> {
    const image = await this.database.image.create({
      data: {
        digest: `sha256:${createHash('sha256').update(name).digest('hex')}`,
        mediaType: 'image',
        state: 'scanned',
        inventoryKey: 'key',
        scannedAt: new Date(),
      },
    });
    for (const [layerIndex, ids] of layers.entries()) {
      const packageIds = [...ids].sort((a, b) => a - b);
      const digest = createHash('sha256').update(packageIds.join()).digest();
      const part = await this.database.inventoryPart.upsert({
        where: { digest },
        create: { digest, packageIds, locations: [] },
        update: {},
      });
      await this.database.imagePart.create({ data: { imageId: image.id, partId: part.id, layerIndex } });
    }
    return image.id;
  }

  /** `lodash@1.0.0 GHSA-1 affected high -> 2.0.0`, sorted. */
  async openMatches(): Promise<readonly string[]> {
    const rows = await this.database.match.findMany({
      where: { closedAt: null },
      include: { package: true, vulnerability: true },
    });
    return rows
      .map(
        (row) =>
          `${row.package.name}@${row.package.version} ${row.vulnerability.name} ${row.state} ${row.severity} -> ${row.fixedIn ?? 'none'}`,
      )
      .sort();
  }
}

export function npmPackage(text: string): PackageToRecord {
  const at = text.lastIndexOf('@');
  const [name, version] = [text.slice(0, at), text.slice(at + 1)];
  const pkg = { ecosystem: 'npm', name, version, purl: `pkg:npm/${text}` };
  return { package: pkg, keys: ecosystemOf(pkg)?.lookupKeys(pkg) ?? [] };
}
