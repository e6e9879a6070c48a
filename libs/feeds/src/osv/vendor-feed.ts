import type { AffectedPackage } from '@tidewaiter/contracts';
import { isFeedProblem, type Feed, type FeedProblem, type ReadAdvisory } from '../feed';
import { fetchOsv } from './changes';
import { parseOsv } from './feed';

export interface OsvVendor {
  readonly id: string;
  readonly ecosystem: string;
  readonly address: string;
  /** What its records say in words and not in fields. */
  refine?(advisory: ReadAdvisory): ReadAdvisory;
}

/** A distribution that publishes its advisories in OSV's form: the general parser, and a vendor's weight. */
export function osvVendorFeed({ id, ecosystem, address, refine = (advisory) => advisory }: OsvVendor): Feed {
  return {
    id,
    revision: 2,
    covers: [ecosystem],
    speaksFor: [ecosystem],
    address,
    fetch: fetchOsv,
    parse: (snapshot, knows) => refined(parseOsv(id, snapshot, knows), refine),
  };
}

async function* refined(
  items: AsyncIterable<ReadAdvisory | FeedProblem>,
  refine: (advisory: ReadAdvisory) => ReadAdvisory,
): AsyncGenerator<ReadAdvisory | FeedProblem> {
  for await (const item of items) yield isFeedProblem(item) ? item : refine(item);
}

/**
 * The rebuilds of Red Hat's modules say their stream in the title alone: `Important: nodejs:18 security update`. What was
 * built for it says so in its release.
 */
export function withModules(advisory: ReadAdvisory): ReadAdvisory {
  const module = /(?:^|\s)([A-Za-z0-9._+-]{1,64}:[A-Za-z0-9._+-]{1,64}) (?:security|bug fix)/.exec(
    advisory.summary ?? '',
  )?.[1];
  return { ...advisory, affected: advisory.affected.map((affected) => withModule(affected, module)) };
}

function withModule(affected: AffectedPackage, module: string | undefined): AffectedPackage {
  const versions = affected.ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event)));
  if (!versions.some((version) => version.includes('.module'))) return { ...affected, module: '' };
  return module === undefined ? affected : { ...affected, module };
}
