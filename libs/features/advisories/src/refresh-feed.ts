import { Injectable } from '@nestjs/common';
import { enrichmentSourceOf } from './enrichment/enrichment-feeds';
import { RefreshEnrichment } from './enrichment/refresh-enrichment';
import { RefreshSource, type RefreshOutcome } from './refresh-source';

/** Brings a source of either kind up to date: of advisories, or of what is known beside them. */
@Injectable()
export class RefreshFeed {
  constructor(
    private readonly advisories: RefreshSource,
    private readonly enrichment: RefreshEnrichment,
  ) {}

  refresh(feedId: string, signal?: AbortSignal): Promise<RefreshOutcome> {
    // A row's id is its feed's, and of one of several the source's name behind a colon.
    const isEnrichment = enrichmentSourceOf(feedId.split(':')[0] ?? '') !== undefined;
    return (isEnrichment ? this.enrichment : this.advisories).refresh(feedId, signal);
  }
}
