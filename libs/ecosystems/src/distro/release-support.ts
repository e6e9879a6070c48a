import type { ProductCycle, Release, ReleaseSupport } from '@tidewaiter/contracts';

/** What https://endoflife.date calls a distribution, by its ID; the others are called as they call themselves. */
const otherNames: Readonly<Record<string, string>> = {
  alpine: 'alpine-linux',
  amzn: 'amazon-linux',
  azurelinux: 'azure-linux',
  centos: 'centos',
  mariner: 'cbl-mariner',
  ol: 'oracle-linux',
  'opensuse-leap': 'opensuse',
  rocky: 'rocky-linux',
};

export function supportProductOf({ id }: Pick<Release, 'id'>): string {
  return otherNames[id] ?? id;
}

/** The part of a cycle that matters here. */
export type SupportCycle = Pick<ProductCycle, 'cycle' | 'isOver' | 'endsOn' | 'extendedEndsOn'>;

/**
 * How long a release is looked after, by the cycles of its product: that of `3.18` is of `3.18.4` too, and that of `9` of
 * `9.2`. `today` is `YYYY-MM-DD`. Undefined where no cycle is of this release.
 */
export function supportOf(
  { versionId }: Pick<Release, 'versionId'>,
  cycles: readonly SupportCycle[],
  today: string,
): ReleaseSupport | undefined {
  if (versionId === undefined) return undefined;
  const [found] = cycles
    .filter(({ cycle }) => versionId === cycle || versionId.startsWith(`${cycle}.`))
    .sort((a, b) => b.cycle.length - a.cycle.length);
  if (found === undefined) return undefined;
  const { isOver, endsOn, extendedEndsOn } = found;
  return {
    // A day that has come since somebody asked.
    isOver: endsOn === undefined ? isOver : endsOn <= today,
    ...(endsOn === undefined ? {} : { endsOn }),
    ...(extendedEndsOn === undefined ? {} : { extendedEndsOn }),
  };
}
