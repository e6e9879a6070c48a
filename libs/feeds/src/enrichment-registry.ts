import { endOfLifeSource } from './endoflife/source';
import { epssSource } from './epss/source';
import type { EnrichmentSource } from './feed';
import { kevSource } from './kev/source';

/** Every source of what is known beside advisories. Adding one is a folder and a line here. */
export const enrichmentSources: readonly EnrichmentSource[] = [endOfLifeSource, epssSource, kevSource];
