import type { Severity } from '@tidewaiter/contracts';
import type { VexSubject } from '@tidewaiter/vex';
import type { FoundAnew, JudgedAnew } from './judged-anew';
import { worldPackages } from './world-packages';
import type { PushedImage, WorldSite } from './world-site';

/** A finding as it was judged anew. */
export interface OpenAnew extends Omit<FoundAnew, 'vulnerability'> {
  readonly packageId: number;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
}

/** Everything as somebody judges it who has never seen anything but what is said now. */
export interface WorldState {
  readonly open: readonly OpenAnew[];
  /** What is vouched for, by image: `keyOf`. */
  readonly suppressed: ReadonlyMap<number, readonly string[]>;
}

export function keyOf({ packageId, vulnerability }: Pick<OpenAnew, 'packageId' | 'vulnerability'>): string {
  return `${String(packageId)} ${vulnerability}`;
}

export async function stateOf(site: WorldSite, anew: JudgedAnew): Promise<WorldState> {
  return { open: foundAnew(site, anew), suppressed: await suppressedIn(site, anew) };
}

function foundAnew(site: WorldSite, anew: JudgedAnew): readonly OpenAnew[] {
  const found: OpenAnew[] = [];
  for (const [index, { package: pkg, ownedBy }] of worldPackages.entries()) {
    const packageId = site.packageIds[index] ?? 0;
    if (ownedBy !== undefined) continue;
    for (const { vulnerability, ...finding } of anew.findingsOf(pkg))
      found.push({ ...finding, packageId, vulnerability: vulnerability.id, aliases: vulnerability.aliases });
  }
  return found;
}

async function suppressedIn(site: WorldSite, anew: JudgedAnew): Promise<ReadonlyMap<number, readonly string[]>> {
  const suppressed = new Map<number, readonly string[]>();
  for (const image of site.images.values()) {
    const subject = await subjectOf(site, image);
    const held = new Set(image.layers.flat());
    const keys: string[] = [];
    for (const [index, { package: pkg, ownedBy }] of worldPackages.entries()) {
      const packageId = site.packageIds[index] ?? 0;
      if (!held.has(packageId) || ownedBy !== undefined) continue;
      for (const { vulnerability } of anew.findingsOf(pkg)) {
        const { purl, ecosystem, name, version } = pkg;
        const isSuppressed = anew.isSuppressed({ vulnerability, package: { purl, ecosystem, name, version } }, subject);
        if (isSuppressed) keys.push(keyOf({ packageId, vulnerability: vulnerability.id }));
      }
    }
    suppressed.set(image.id, keys);
  }
  return suppressed;
}

async function subjectOf(site: WorldSite, { id, digest }: PushedImage): Promise<VexSubject> {
  const manifests = await site.database.manifestImage.findMany({
    where: { imageId: id, manifest: { deletedAt: null } },
    select: { manifest: { select: { repository: { select: { name: true } } } } },
  });
  const names = manifests.map(({ manifest }) => `main.example/${manifest.repository.name}`);
  return { image: { repositories: names, digests: [digest], architecture: 'amd64' }, locations: new Map() };
}

/** Those that some registry has. */
export async function presentImages(site: WorldSite): Promise<readonly PushedImage[]> {
  const rows = await site.database.manifestImage.findMany({
    where: { manifest: { deletedAt: null } },
    select: { imageId: true },
  });
  const there = new Set(rows.map(({ imageId }) => imageId));
  return [...site.images.values()].filter(({ id }) => there.has(id));
}
