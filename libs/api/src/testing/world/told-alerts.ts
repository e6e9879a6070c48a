import { severities } from '@tidewaiter/contracts';
import { ToldPayload } from './world.schema';
import { worldPackages } from './world-packages';
import type { AlertDue } from './due-alerts';
import type { OpenAnew, WorldState } from './world-state';
import type { WorldSite } from './world-site';

/** A message that was written. */
export interface Told {
  readonly id: string;
  readonly subject: string;
  readonly payload: unknown;
}

/** All there are, the oldest first. */
export async function toldAlerts({ database }: WorldSite): Promise<readonly Told[]> {
  return database.notification.findMany({
    select: { id: true, subject: true, payload: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
}

/**
 * What messages say, a line for each change of a vulnerability. Where two messages tell of the same change, as two feeds brought it, they
 * are one line: of other packages each, or it is told twice.
 */
export function linesTold(messages: readonly Told[]): readonly string[] {
  const changes = messages.flatMap(({ payload }) => ToldPayload.parse(payload).vulnerabilities);
  const groups = Map.groupBy(changes, ({ vulnerability, change, severity }) =>
    [vulnerability, change, severity].join(' '),
  );
  return [...groups]
    .map(([key, told]) => {
      const images = [...new Set(told.flatMap((each) => each.images))];
      const scores = told.flatMap(({ score }) => score ?? []);
      return lineOf(key, {
        previous: told.map(({ previousSeverity }) => previousSeverity ?? ''),
        score: scores.length === 0 ? undefined : Math.max(...scores),
        packages: told.flatMap(({ packages }) => packages.map(packageText)),
        images,
        counts: [
          told.reduce((sum, { packageCount }) => sum + packageCount, 0),
          Math.max(...told.map(({ imageCount }) => imageCount)),
        ],
      });
    })
    .sort();
}

/** The same lines of what is to be told. */
export async function linesDue(
  site: WorldSite,
  due: readonly AlertDue[],
  last: WorldState,
): Promise<readonly string[]> {
  const names = await namesByImage(site);
  return due
    .map(({ kind, vulnerability, severity, previousSeverities, packageIds, imageIds }) => {
      const findings = last.open.filter(
        (finding) => finding.vulnerability === vulnerability && packageIds.has(finding.packageId),
      );
      const scores = findings.flatMap((each) => (each.severity === severity ? (each.score ?? []) : []));
      const [previous = severity, ...others] = previousSeverities;
      return lineOf([vulnerability, kind, severity].join(' '), {
        previous: [others.length > 0 || previous === severity ? '' : previous],
        score: scores.length === 0 ? undefined : Math.max(...scores),
        packages: [...packageIds].map((id) => packageText(packageOf(site, id, findings))),
        images: [...new Set([...imageIds].flatMap((id) => names.get(id) ?? []))],
        counts: [packageIds.size, imageIds.size],
      });
    })
    .sort();
}

interface Line {
  readonly previous: readonly string[];
  readonly score: number | undefined;
  readonly packages: readonly string[];
  readonly images: readonly string[];
  readonly counts: readonly number[];
}

function lineOf(key: string, { previous, score, packages, images, counts }: Line): string {
  return [
    key,
    `before ${[...new Set(previous)].sort().join()}`,
    `score ${score?.toFixed(1) ?? ''}`,
    `packages ${[...packages].sort().join()}`,
    `images ${[...images].sort().join()}`,
    `counts ${counts.join()}`,
  ].join('; ');
}

interface NamedPackage {
  readonly name: string;
  readonly version: string;
  readonly fixedIn?: string | undefined;
}

function packageText({ name, version, fixedIn }: NamedPackage): string {
  return `${name}@${version}${fixedIn === undefined ? '' : ` -> ${fixedIn}`}`;
}

function packageOf(site: WorldSite, id: number, findings: readonly OpenAnew[]): NamedPackage {
  const { name = '', version = '' } = worldPackages[site.packageIds.indexOf(id)]?.package ?? {};
  return { name, version, fixedIn: findings.find(({ packageId }) => packageId === id)?.fixedIn };
}

/** As people call them: by each tag that leads there, else by digest. */
async function namesByImage({ database }: WorldSite): Promise<ReadonlyMap<number, readonly string[]>> {
  const manifests = await database.manifest.findMany({
    where: { deletedAt: null },
    include: { images: true, tags: { where: { deletedAt: null } }, repository: true },
  });
  const named = manifests.flatMap(({ digest, images, tags, repository }) => {
    const names =
      tags.length === 0 ? [`${repository.name}@${digest}`] : tags.map(({ name }) => `${repository.name}:${name}`);
    return images.map(({ imageId }) => ({ imageId, names }));
  });
  const byImage = Map.groupBy(named, ({ imageId }) => imageId);
  return new Map([...byImage].map(([id, of]) => [id, of.flatMap(({ names }) => names)]));
}

/** Whether the changes of a message are in order, the worst first. */
export function isWorstFirst({ payload }: Told): boolean {
  const ranks = ToldPayload.parse(payload).vulnerabilities.map(({ severity }) =>
    severities.findIndex((each) => each === severity),
  );
  return ranks.every((rank, index) => rank >= (ranks[index - 1] ?? 0));
}
