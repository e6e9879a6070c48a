import { momentApart } from '@tidewaiter/testing';
import { listed } from './compare';
import { ListedFindings } from './world.schema';
import type { WorldSite } from './world-site';

/** What was answered at a moment, to be asked for again. */
export interface Remembered {
  readonly imageId: number;
  readonly digest: string;
  readonly at: string;
  readonly findings: readonly string[];
}

/** What the findings of each image are now. */
export async function remember(site: WorldSite): Promise<readonly Remembered[]> {
  const remembered: Remembered[] = [];
  for (const { id: imageId, digest } of site.images.values()) {
    const findings = await findingsOf(site, digest, '');
    const at = (await momentApart(site.database)).toISOString();
    remembered.push({ imageId, digest, at, findings });
  }
  return remembered;
}

/** Of the images that are still known; one that was forgotten and pushed again was first seen later. */
export async function compareRemembered(site: WorldSite, remembered: readonly Remembered[]): Promise<void> {
  for (const { imageId, digest, at, findings } of remembered) {
    if (!site.images.has(imageId)) continue;
    expect([at, await findingsOf(site, digest, `&at=${at}`)]).toEqual([at, findings]);
  }
}

/** Without text and names, which are of now, and who vouches for it, who does so by these names. */
async function findingsOf(site: WorldSite, digest: string, query: string): Promise<readonly string[]> {
  const items = ListedFindings.parse(await listed(site, `images/${digest}/findings?limit=200${query}`));
  return items
    .map(({ vulnerability: { id }, package: { purl }, ...finding }) => {
      const { verdict, reason, severity, score, fixedIn, fixState, advisory, also, evidence, risk, epss } = finding;
      const { exploitedSince, openedAt } = finding;
      return JSON.stringify([
        ...[id, purl, verdict, reason, severity, score, fixedIn, fixState, advisory, also, evidence],
        ...[risk, epss, exploitedSince, openedAt],
      ]);
    })
    .sort();
}
