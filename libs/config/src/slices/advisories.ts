import { z } from 'zod';
import { defineSlice, optional, withDefault } from '../slice';
import { integer, listOf } from '../value';

export interface AdvisoriesConfig {
  /** `feed=path`, `feed=URL`, a feed's id, or paths and URLs of OSV records, in the order given. */
  readonly sources: readonly string[];
  readonly refreshIntervalMs: number;
}

const source = z
  .string()
  .refine(
    (value) => isPathOrUrl(value.replace(/^[a-z][a-z0-9-]*=/, '')),
    'must be paths or URLs that start with https:// or http://',
  );

function isPathOrUrl(value: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || (URL.canParse(value) && /^https?:/i.test(value));
}

/** For whoever reads sources: the worker and the command line. */
export const maxShrinkPercent = withDefault('ADVISORIES_MAX_SHRINK_PERCENT', '20', integer({ min: 0, max: 100 }), {
  doc: 'A source that suddenly has this many percent fewer records keeps those it had, and says so. 100 takes it at its word.',
});

export const advisoriesConfig = defineSlice({
  title: 'Advisories',
  doc: 'Where knowledge about vulnerabilities comes from.',
  settings: {
    sources: optional('ADVISORIES', listOf(source), {
      doc:
        'Sources, separated by commas: FEED=PATH or FEED=URL for the raw form of a feed (docs/coverage.md has them), FEED alone for ' +
        'where its publisher has it, a PATH or URL alone for OSV records.',
    }),
    refreshMinutes: withDefault('ADVISORIES_REFRESH_MINUTES', '60', integer({ min: 1, max: 10_080 }), {
      doc: 'Minutes between two looks at each source.',
    }),
  },
  finish: ({ sources, refreshMinutes }): AdvisoriesConfig => ({
    sources: sources ?? [],
    refreshIntervalMs: refreshMinutes * 60_000,
  }),
});
