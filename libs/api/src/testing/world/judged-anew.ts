import { join } from 'node:path';
import type {
  Advisory,
  AdvisoryMatchInput,
  Enrichment,
  Finding,
  Package,
  VulnerabilityRef,
} from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { createFeedIo } from '@tidewaiter/feed-io';
import {
  configuredSource,
  enrichmentSources,
  isFeedProblem,
  isUnchanged,
  scoringFeeds,
  speaksFor,
  type Source,
} from '@tidewaiter/feeds';
import { aliasGroups, findingsOf } from '@tidewaiter/matching';
import { riskOf } from '@tidewaiter/severity';
import { VexStatements, vexSourceForMany, type SourcedStatement, type VexSubject } from '@tidewaiter/vex';
import { advisoryFeeds, type FeedOfWorld, type Said } from './said';

/** A finding with what is known beside its records. */
export interface FoundAnew extends Omit<Finding, 'package' | 'summary'> {
  readonly epss: number | undefined;
  readonly exploited: boolean;
  readonly risk: number;
}

/** What is judged by somebody who has never seen anything but what is said now, and keeps it in no database. */
export class JudgedAnew {
  private readonly refs: ReadonlyMap<Advisory, readonly VulnerabilityRef[]>;
  private readonly epss = new Map<string, number>();
  private readonly exploited = new Set<string>();
  private readonly statements: VexStatements;

  private constructor(
    private readonly advisories: readonly Advisory[],
    private readonly beside: readonly Enrichment[],
    private readonly said: readonly SourcedStatement[],
  ) {
    this.refs = refsOf(advisories);
    for (const item of beside) {
      if (item.kind === 'epss-score') this.epss.set(item.vulnerability, item.probability);
      if (item.kind === 'known-exploited') this.exploited.add(item.vulnerability);
    }
    this.statements = new VexStatements(said);
  }

  /** The records of this one with what the other knows beside them. */
  with({ beside, said }: JudgedAnew): JudgedAnew {
    return new JudgedAnew(this.advisories, beside, said);
  }

  static async of(said: Said, active: ReadonlySet<FeedOfWorld>): Promise<JudgedAnew> {
    const scratch = join(said.directory, 'anew');
    const advisories: Advisory[] = [];
    for (const name of advisoryFeeds.filter((each) => active.has(each))) {
      const { feed, source } = configuredSource(said.sourceOf(name));
      advisories.push(...(await readAll(feed, source, scratch)));
    }
    const ids = new Set<string>(active);
    const beside: Enrichment[] = [];
    for (const source of enrichmentSources.filter(({ id }) => ids.has(id)))
      beside.push(...(await readAll(source, join(said.directory, source.id), scratch)));
    const statements = active.has('vex') ? await readAll(vexSourceForMany, said.path('vex'), scratch) : [];
    return new JudgedAnew(
      advisories,
      beside,
      statements.map((statement) => ({ ...statement, source: 'vex' })),
    );
  }

  findingsOf(pkg: Package): readonly FoundAnew[] {
    return findingsOf(pkg, this.inputsFor(pkg)).map(({ package: _package, summary: _summary, ...finding }) => {
      const { severity, score, verdict, malicious, headersOnly, fixedIn } = finding;
      const names = [finding.vulnerability.id, ...finding.vulnerability.aliases];
      const scores = names.flatMap((name) => this.epss.get(name) ?? []);
      const epss = scores.length === 0 ? undefined : Math.max(...scores);
      const exploited = names.some((name) => this.exploited.has(name));
      const risk = riskOf({
        ...{ severity, score, epss, isKnownExploited: exploited, isMalicious: malicious === true },
        ...{ canBeAttacked: headersOnly !== true, hasFix: fixedIn !== undefined, isCertain: verdict === 'affected' },
      });
      return { ...finding, epss, exploited, risk };
    });
  }

  isSuppressed(finding: Pick<Finding, 'vulnerability' | 'package'>, subject: VexSubject): boolean {
    return this.statements.suppressionOf(finding, subject) !== undefined;
  }

  private inputsFor(pkg: Package): readonly AdvisoryMatchInput[] {
    const keys = ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
    return [...this.refs].flatMap(([advisory, vulnerabilities]) =>
      advisory.affected
        .filter(({ ecosystem, name }) => keys.some((key) => key.ecosystem === ecosystem && key.name === name))
        .map((affected) => {
          const isVendors = speaksFor(advisory.feed, affected.ecosystem);
          return { advisory, affected, isVendors, vulnerabilities };
        }),
    );
  }
}

/** What each record is about, with the scores of those who speak of no package. */
function refsOf(advisories: readonly Advisory[]): ReadonlyMap<Advisory, readonly VulnerabilityRef[]> {
  const records = new Map(
    advisories.map((advisory) => [advisory, { ...advisory, isWithdrawn: advisory.withdrawn !== undefined }]),
  );
  const groups = aliasGroups(records.values());
  const refs = new Map([...records].map(([advisory, record]) => [advisory, groups.vulnerabilitiesOf(record)]));
  const scoring = advisories.filter(({ feed, withdrawn }) => scoringFeeds.includes(feed) && withdrawn === undefined);
  const scoresOf = (id: string) =>
    scoring
      .filter((advisory) => refs.get(advisory)?.some((ref) => ref.id === id) === true)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .flatMap(({ severities }) => severities);
  return new Map(
    [...refs].map(([advisory, of]) => [advisory, of.map((ref) => ({ ...ref, scores: scoresOf(ref.id) }))]),
  );
}

async function readAll<Item extends object>(
  source: Pick<Source<Item>, 'fetch' | 'parse'>,
  from: string,
  directory: string,
): Promise<readonly Item[]> {
  const found = await source.fetch(undefined, createFeedIo({ source: from, directory, isGoneBelieved: true }));
  if (isUnchanged(found)) throw new Error('what was never read cannot be unchanged');
  const items: Item[] = [];
  for await (const item of source.parse(found.snapshot)) if (!isFeedProblem(item)) items.push(item);
  return items;
}
