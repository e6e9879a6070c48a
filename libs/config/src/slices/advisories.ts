import { z } from 'zod';
import { defineSlice, optional, withDefault } from '../slice';
import { integer, listOf } from '../value';

export interface AdvisoriesConfig {
  /** Paths and http(s) URLs of advisory sources, in the order given. */
  readonly sources: readonly string[];
  readonly refreshIntervalMs: number;
}

const source = z
  .string()
  .refine(
    (value) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || (URL.canParse(value) && /^https?:/i.test(value)),
    'must be paths or URLs that start with https:// or http://',
  );

export const advisoriesConfig = defineSlice({
  title: 'Advisories',
  doc: 'Where knowledge about vulnerabilities comes from.',
  settings: {
    sources: optional('ADVISORIES', listOf(source), {
      doc: 'Directories, zip files or URLs of advisories in OSV form, separated by commas.',
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
