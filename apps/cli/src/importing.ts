import {
  checkBundle,
  importFeeds,
  openAdvisoryStore,
  openBundle,
  type AdvisoryBundle,
  type EnrichmentImport,
  type EnrichmentResult,
  type FeedImport,
  type PartResult,
  type StoreStatus,
  type UnchangedSource,
} from '@tidewaiter/advisory-store';
import {
  configuredSource,
  enrichmentSources,
  isAddress,
  isUnchanged,
  type EnrichmentSource,
  type FeedProblem,
} from '@tidewaiter/feeds';
import { existsSync } from 'node:fs';
import { feedIo, fetchSource, isStoreFile, type AskingOptions } from './advisory-sources';
import { wrongUsage } from './options';
import { fitHeapToImport } from './heap-for-imports';
import { SourceNotes } from './source-notes';

export interface ImportingOptions extends AskingOptions {
  readonly maxShrinkPercent: number;
  /** `source`: as the caller named it, where it is one of advisories. */
  readonly onProblem: (problem: FeedProblem, source?: string) => void;
  /** `source`: as the caller named it. */
  readonly onPart: (result: PartResult, source: string) => void;
  readonly onEnrichment: (result: EnrichmentResult, source: string) => void;
  /** A part of a bundle that is not taken because what is here is as new. */
  readonly onOlder: (part: string) => void;
}

/** A part of a store, or with no name all that a source brought which is known beside advisories. */
export interface LeftOverPart {
  readonly feed: string;
  readonly name: string;
  /** Empty where it was imported before stores kept that. */
  readonly importedAt: string;
}

export interface Imported {
  readonly parts: readonly PartResult[];
  /** Feeds that a bundle could not bring. */
  readonly leftOut: readonly string[];
}

/** Imports sources and bundles into a store; all of them or none. */
export async function importSources(
  sources: readonly string[],
  storePath: string,
  options: ImportingOptions & { readonly bundleKey: string | undefined },
): Promise<Imported> {
  const { bundleKey } = options;
  const plan = new ImportPlan();
  try {
    for (const text of sources) {
      const isBundle = !isAddress(text) && (await isStoreFile(text));
      if (bundleKey !== undefined) {
        if (!isBundle)
          throw wrongUsage(`--verify is for files that "advisories export --sign" wrote, and ${text} is none.`);
        await checkBundle(text, bundleKey);
      }
      if (isBundle) plan.addBundle(openBundle(text), text, { ...options, storePath });
      else await plan.addSource(text, undefined, options);
    }
    // What was read before is not known to be what the store holds any more.
    await SourceNotes.forget(storePath);
    const parts = await plan.carryOut(storePath, options);
    return { parts, leftOut: plan.bundles.flatMap(({ leftOut }) => leftOut) };
  } finally {
    for (const bundle of plan.bundles) bundle.close();
  }
}

/**
 * Asks every source what is new since the last time and brings that into the store. A source that cannot be reached stops
 * none of the others: `onFailure` is told of it, and the store keeps what it had.
 */
export async function updateSources(
  sources: readonly string[],
  storePath: string,
  { onFailure, ...options }: ImportingOptions & { readonly onFailure: (source: string, error: unknown) => void },
): Promise<{ readonly parts: readonly PartResult[]; readonly leftOver: readonly LeftOverPart[] }> {
  const notes = await SourceNotes.read(storePath);
  const plan = new ImportPlan();
  for (const text of sources) {
    try {
      await plan.addSource(text, notes, options);
    } catch (error) {
      onFailure(text, error);
    }
  }
  if (plan.isEmpty()) return { parts: [], leftOver: [] };
  await SourceNotes.forget(storePath);
  const parts = await plan.carryOut(storePath, options, notes);
  await notes.write(storePath);
  return { parts, leftOver: leftOverParts(storePath, sources, { plan, notes }) };
}

/** Parts that no source has now. Where it is not known what a source has, those of its feed may be its. */
function leftOverParts(
  storePath: string,
  sources: readonly string[],
  { plan, notes }: { readonly plan: ImportPlan; readonly notes: SourceNotes },
): readonly LeftOverPart[] {
  const asked = new Set<string>();
  const untold = new Set<string>();
  for (const text of sources) {
    if (enrichmentOf(text) !== undefined) continue;
    const { feed } = configuredSource(text);
    const names = notes.partsOf(text) ?? plan.partsOf(text);
    if (names === undefined) untold.add(feed.id);
    for (const name of names ?? []) asked.add(`${feed.id} ${name}`);
  }
  const { parts, threats } = statusOf(storePath);
  const wanted = new Set(sources.map(enrichmentOf));
  return [
    ...parts.filter(({ feed, name }) => !untold.has(feed) && !asked.has(`${feed} ${name}`)),
    ...threats
      .filter(({ id }) => !wanted.has(id))
      .map(({ id, importedAt }) => ({ feed: id, name: '', importedAt: importedAt ?? '' })),
  ];
}

function enrichmentOf(text: string): string | undefined {
  return enrichmentSources.find(({ id }) => id === text.split('=')[0])?.id;
}

/** What one run brings into the store. */
class ImportPlan {
  readonly bundles: AdvisoryBundle[] = [];
  private readonly imports: (FeedImport & { readonly text: string })[] = [];
  private readonly enrichments: (EnrichmentImport & { readonly text: string })[] = [];
  private readonly unchanged: UnchangedSource[] = [];

  /** What a source has, where all of it was read. */
  partsOf(source: string): readonly string[] | undefined {
    const snapshot = this.imports.find(({ text }) => text === source)?.snapshot;
    return snapshot?.isPartial === true ? undefined : snapshot?.parts.map(({ name }) => name);
  }

  isEmpty(): boolean {
    return this.imports.length + this.enrichments.length + this.unchanged.length + this.bundles.length === 0;
  }

  async addSource(text: string, notes: SourceNotes | undefined, options: ImportingOptions): Promise<void> {
    const [id = '', ...rest] = text.split('=');
    const enrichment = enrichmentSources.find((source) => source.id === id);
    if (enrichment === undefined) await this.addAdvisories(text, notes, options);
    else
      await this.addEnrichment({ text, address: rest.length === 0 ? enrichment.address : rest.join('=') }, enrichment, {
        notes,
        ...options,
      });
  }

  private async addEnrichment(
    { text, address }: { readonly text: string; readonly address: string },
    source: EnrichmentSource,
    { notes, ...options }: AskingOptions & { readonly notes: SourceNotes | undefined },
  ): Promise<void> {
    const now = new Date().toISOString();
    const last = notes?.lastOf(text, source.revision, now);
    const found = await source.fetch(last, feedIo({ feed: source.id, source: address }, options));
    if (found !== 'unchanged')
      notes?.set(text, { revision: source.revision, fingerprint: found.fingerprint, parts: [] }, now);
    if (isUnchanged(found)) {
      this.unchanged.push({ feed: source.id, parts: [], now });
      return;
    }
    this.enrichments.push({ text, source, snapshot: found.snapshot, now });
  }

  private async addAdvisories(text: string, notes: SourceNotes | undefined, options: ImportingOptions): Promise<void> {
    const configured = configuredSource(text);
    const { feed } = configured;
    const note = notes?.of(text, feed.revision);
    const now = new Date().toISOString();
    const found = await fetchSource(configured, notes?.lastOf(text, feed.revision, now), options);
    if (isUnchanged(found)) {
      const parts = note?.parts ?? [];
      if (found !== 'unchanged')
        notes?.set(text, { revision: feed.revision, fingerprint: found.fingerprint, parts }, now);
      this.unchanged.push({ feed: feed.id, parts, now });
      return;
    }
    const { snapshot, fingerprint } = found;
    const names = snapshot.parts.map(({ name }) => name);
    const parts = snapshot.isPartial === true ? [...new Set([...(note?.parts ?? []), ...names])] : names;
    notes?.set(text, { revision: feed.revision, fingerprint, parts }, now);
    this.imports.push({
      text,
      feed,
      snapshot,
      now,
      onProblem: (problem) => {
        options.onProblem(problem, text);
      },
      onPart: (result) => {
        // What was not read to its end is read again the next time.
        if (!result.complete) notes?.remove(text);
        options.onPart(result, text);
      },
    });
  }

  /** Parts that the store has as new as the bundle are left as they are. */
  addBundle(
    bundle: AdvisoryBundle,
    text: string,
    { storePath, onProblem, onPart, onOlder }: ImportingOptions & { readonly storePath: string },
  ): void {
    this.bundles.push(bundle);
    const here = timesOf(storePath);
    for (const part of bundle.parts) {
      const [{ name = '' } = {}] = part.snapshot.parts;
      const isNewer = (here.get(`${part.feed.id} ${name}`) ?? '') < part.now;
      const named = {
        onProblem: (problem: FeedProblem): void => {
          onProblem(problem, text);
        },
        onPart: (result: PartResult): void => {
          onPart(result, text);
        },
      };
      if (isNewer) this.imports.push({ ...part, text, ...named });
      else onOlder(`${part.feed.id} ${name}`);
    }
  }

  carryOut(storePath: string, options: ImportingOptions, notes?: SourceNotes): Promise<readonly PartResult[]> {
    const { imports, enrichments, unchanged, bundles } = this;
    fitHeapToImport();
    return importFeeds(storePath, imports, {
      maxShrinkPercent: options.maxShrinkPercent,
      onProblem: options.onProblem,
      onEnrichment: (result) => {
        const named = enrichments.filter(({ source }) => source.id === result.id).map(({ text }) => text);
        if (!result.complete) for (const text of named) notes?.remove(text);
        options.onEnrichment(result, named.join(', '));
      },
      onOlder: (ids) => {
        for (const id of ids) options.onOlder(id);
      },
      enrichments,
      unchanged,
      bundles,
      thread: {},
    });
  }
}

/** When each part of a store was imported, by feed and name. One that was never read to its end is not there yet. */
function timesOf(storePath: string): ReadonlyMap<string, string> {
  const whole = statusOf(storePath).parts.filter(({ wasReadWhole }) => wasReadWhole);
  return new Map(whole.map(({ feed, name, importedAt }) => [`${feed} ${name}`, importedAt]));
}

function statusOf(storePath: string): Pick<StoreStatus, 'parts' | 'threats'> {
  if (!existsSync(storePath)) return { parts: [], threats: [] };
  const store = openAdvisoryStore(storePath);
  try {
    return store.status();
  } finally {
    store.close();
  }
}
