import { Explanation, Finding, Severity } from '@tidewaiter/contracts';
import { FindingSort, threat } from '@tidewaiter/features/images';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

const flag = z.stringbool({ truthy: ['true'], falsy: ['false'] });

export const PackageFindingListQuery = z.strictObject({
  ...pageQuery,
  severity: Severity.optional(),
  verdict: Finding.shape.verdict.optional(),
  fixable: flag.optional().describe('`true`: only those with a fixed version; `false`: only those without.'),
  exploited: flag.optional().describe('`true`: only those known to be exploited; `false`: only the others.'),
  sort: FindingSort.default('risk').describe(
    '`risk`: highest first. `severity`: worst first. `epss`: likeliest to be attacked first. `opened`: newest first.',
  ),
});
export type PackageFindingListQuery = z.infer<typeof PackageFindingListQuery>;

/** A package and a vulnerability it has, once, however many images hold the package. */
export const PackageFinding = named(
  'PackageFinding',
  Finding.pick({
    vulnerability: true,
    package: true,
    verdict: true,
    reason: true,
    severity: true,
    severitySource: true,
    score: true,
    fixedIn: true,
    fixState: true,
    fixChannel: true,
    malicious: true,
    headersOnly: true,
    summary: true,
  }).extend({ ...threat, openedAt: z.iso.datetime() }),
);
export type PackageFinding = z.infer<typeof PackageFinding>;

export const PackageFindingPage = named('PackageFindingPage', pageOf(PackageFinding));
export type PackageFindingPage = z.infer<typeof PackageFindingPage>;

export const ExplainQuery = z.strictObject({
  vulnerability: z.string().min(1).max(255).describe('Any id of the vulnerability.'),
  package: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe(
      'A package, by a name of it or of its source (`lodash`), by that and its version (`lodash@4.17.15`), or by its package URL: explained also when no record about the vulnerability speaks of it.',
    ),
});
export type ExplainQuery = z.infer<typeof ExplainQuery>;

export const Explanations = named(
  'Explanations',
  z.object({
    /** One a package, the first 100 by name; empty when no record about the vulnerability speaks of a package of the image, or when the one that is asked about is not in it. */
    items: z.array(named('Explanation', Explanation)),
    conclusion: z
      .string()
      .optional()
      .describe(
        'Said where there are no items: that no record speaks of any package, or that the package is not there.',
      ),
  }),
);
export type Explanations = z.infer<typeof Explanations>;
