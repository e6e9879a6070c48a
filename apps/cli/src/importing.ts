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
  type UnchangedSource,
} from '@tidewaiter/advisory-store';
import {
  configuredSource,
  enrichmentSources,
  isAddress,
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
  readonly onProblem: (problem: FeedProblem) => void;
  readonly onPart: (result: PartResult) => void;
  readonly onEnrichment: (result: EnrichmentResult) => void;
  /** A part of a bundle that is not taken because what is here is as new. */
  readonly onOlder: (part: string) => void;
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
      if (isBundle) plan.addBundle(openBundle(text), storePath, options);
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
): Promise<readonly PartResult[]> {
  const notes = await SourceNotes.read(storePath);
  const plan = new ImportPlan();
  for (const text of sources) {
    try {
      await plan.addSource(text, notes, options);
    } catch (error) {
      onFailure(text, error);
    }
  }
  if (plan.isEmpty()) return [];
  await SourceNotes.forget(storePath);
  const results = await plan.carryOut(storePath, options, notes);
  await notes.write(storePath);
  return results;
}

/** What one run brings into the store. */
class ImportPlan {
  readonly bundles: AdvisoryBundle[] = [];
  private readonly imports: FeedImport[] = [];
  private readonly enrichments: (EnrichmentImport & { readonly text: string })[] = [];
  private readonly unchanged: UnchangedSource[] = [];

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
    if (found === 'unchanged') return;
    notes?.set(text, { revision: source.revision, fingerprint: found.fingerprint, parts: [] }, now);
    this.enrichments.push({ text, source, snapshot: found.snapshot });
  }

  private async addAdvisories(text: string, notes: SourceNotes | undefined, options: ImportingOptions): Promise<void> {
    const configured = configuredSource(text);
    const { feed } = configured;
    const note = notes?.of(text, feed.revision);
    const now = new Date().toISOString();
    const found = await fetchSource(configured, notes?.lastOf(text, feed.revision, now), options);
    if (found === 'unchanged') {
      this.unchanged.push({ feed: feed.id, parts: note?.parts ?? [], now });
      return;
    }
    const { snapshot, fingerprint } = found;
    const names = snapshot.parts.map(({ name }) => name);
    const parts = snapshot.isPartial === true ? [...new Set([...(note?.parts ?? []), ...names])] : names;
    notes?.set(text, { revision: feed.revision, fingerprint, parts }, now);
    this.imports.push({
      feed,
      snapshot,
      now,
      onProblem: options.onProblem,
      onPart: (result) => {
        // What was not read to its end is read again the next time.
        if (!result.complete) notes?.remove(text);
        options.onPart(result);
      },
    });
  }

  /** Parts that the store has as new as the bundle are left as they are. */
  addBundle(bundle: AdvisoryBundle, storePath: string, { onProblem, onPart, onOlder }: ImportingOptions): void {
    this.bundles.push(bundle);
    const here = timesOf(storePath);
    for (const part of bundle.parts) {
      const [{ name = '' } = {}] = part.snapshot.parts;
      const isNewer = (here.get(`${part.feed.id} ${name}`) ?? '') < part.now;
      if (isNewer) this.imports.push({ ...part, onProblem, onPart });
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
        const cut = result.complete ? [] : enrichments.filter(({ source }) => source.id === result.id);
        for (const { text } of cut) notes?.remove(text);
        options.onEnrichment(result);
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
  if (!existsSync(storePath)) return new Map();
  const store = openAdvisoryStore(storePath);
  try {
    const whole = store.status().parts.filter(({ wasReadWhole }) => wasReadWhole);
    return new Map(whole.map(({ feed, name, importedAt }) => [`${feed} ${name}`, importedAt]));
  } finally {
    store.close();
  }
}
