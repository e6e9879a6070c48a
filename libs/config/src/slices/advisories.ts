import { z } from 'zod';
import { defineSlice, optional, withDefault } from '../slice';
import { integer, listOf } from '../value';

export interface AdvisoriesConfig {
  /** `feed=path`, `feed=URL`, a feed's id, or paths and URLs of OSV records, in the order given. */
  readonly sources: readonly string[];
  /** What is known beside advisories, by the id of its source; without `source` where its publisher has it. */
  readonly enrichment: readonly { readonly id: string; readonly source: string | undefined }[];
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

/** The same of how long a source may say nothing. */
export const stallSeconds = withDefault('ADVISORIES_STALL_SECONDS', '60', integer({ min: 1, max: 3_600 }), {
  doc: 'A source that has stopped sending for this many seconds is given up on until the next look.',
});

/** `red-hat=/etc/tidewaiter/red-hat.asc`. The feeds themselves say which ids there are. */
const keyFile = z
  .string()
  .regex(/^[a-z][a-z0-9-]*=.+$/, 'must be feeds, each with "=" and the path of a file of public keys')
  .transform((text): FeedKeyFile => ({
    feed: text.slice(0, text.indexOf('=')),
    path: text.slice(text.indexOf('=') + 1),
  }));

export interface FeedKeyFile {
  readonly feed: string;
  readonly path: string;
}

export const keyFiles = optional('ADVISORIES_KEYS', listOf(keyFile), {
  doc:
    "FEED=PATH, separated by commas: a file of OpenPGP public keys of the feed's publisher (a feed may have several). What no key there " +
    'has signed is then refused. Without, signatures are not looked at.',
});

/** `kev` or `kev=https://mirror.example/kev.json`. The sources themselves say which ids there are. */
const enrichment = z
  .string()
  .regex(/^[a-z][a-z0-9-]*(?:=.+)?$/, 'must be ids of sources, each with "=" and a path or URL or without');

function idAndSource(text: string): { readonly id: string; readonly source: string | undefined } {
  const [id = '', ...rest] = text.split('=');
  return { id, source: rest.length === 0 ? undefined : rest.join('=') };
}

export const advisoriesConfig = defineSlice({
  title: 'Advisories',
  doc: 'Where knowledge about vulnerabilities comes from.',
  settings: {
    sources: optional('ADVISORIES', listOf(source), {
      doc:
        'Sources, separated by commas: FEED=PATH or FEED=URL for the raw form of a feed (docs/coverage.md has them), FEED alone for ' +
        'where its publisher has it, a PATH or URL alone for OSV records.',
    }),
    enrichment: optional('ENRICHMENT', listOf(enrichment), {
      doc: 'What else is read about vulnerabilities, separated by commas: `kev`, `epss`, `endoflife`, each from its publisher or, as `kev=PATH` or `kev=URL`, from elsewhere; `vex=PATH` or `vex=URL` for VEX statements (a document, a directory or an archive) whose word on images is believed.',
    }),
    refreshMinutes: withDefault('ADVISORIES_REFRESH_MINUTES', '60', integer({ min: 1, max: 10_080 }), {
      doc: 'Minutes between two looks at each source.',
    }),
  },
  finish: ({ sources, enrichment: wanted, refreshMinutes }): AdvisoriesConfig => ({
    sources: sources ?? [],
    enrichment: (wanted ?? []).map(idAndSource),
    refreshIntervalMs: refreshMinutes * 60_000,
  }),
});
