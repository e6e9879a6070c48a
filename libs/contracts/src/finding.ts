import { z } from 'zod';

export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
/** Worst first. `unknown` is a severity nobody stated, not a low one. */
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** What was compared, so that a reader can check the verdict. */
export const Evidence = z.object({
  /** The version that was judged and where it came from: the package itself or its source package. */
  version: z.string(),
  of: z.enum(['package', 'source']),
  name: z.string(),
  ecosystem: z.string(),
  scheme: z.string(),
  /** `>= 0, < 1.2.3` or `= 1.2.3 (listed)`. */
  range: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Whether there is a fix, and if not, what its vendor says of that. */
export const FixState = z.enum(['fixed', 'not-fixed', 'wont-fix', 'deferred', 'end-of-life']);
export type FixState = z.infer<typeof FixState>;

export const Verdict = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('affected'),
    fixedIn: z.string().optional(),
    fixState: FixState,
    evidence: Evidence,
  }),
  z.object({ state: z.literal('not-affected'), reason: z.string(), evidence: Evidence.optional() }),
  z.object({ state: z.literal('undetermined'), reason: z.string(), evidence: Evidence.optional() }),
]);
export type Verdict = z.infer<typeof Verdict>;

/** A match seen from an image. Only affected and undetermined verdicts are findings. */
export const Finding = z.object({
  vulnerability: z.object({ id: z.string(), aliases: z.array(z.string()) }),
  package: z.object({ purl: z.string(), ecosystem: z.string(), name: z.string(), version: z.string() }),
  verdict: z.enum(['affected', 'undetermined']),
  /** Why it is undetermined. */
  reason: z.string().optional(),
  severity: Severity,
  /** Who stated the severity; absent where nobody did or it follows from what the finding is. */
  severitySource: z.string().optional(),
  /** CVSS base score behind the severity, when a vector gave one. */
  score: z.number().optional(),
  /** The version of the judged package (source package for distros) that has the fix. */
  fixedIn: z.string().optional(),
  /** Of affected packages. */
  fixState: FixState.optional(),
  /** The fix is not in the archive the package came from, but in this one: `Ubuntu Pro`. */
  fixChannel: z.string().optional(),
  /** The package itself is malware, not one with a mistake in it. */
  malicious: z.literal(true).optional(),
  /** Only headers of a kernel, none of its code, so that nothing of it can be attacked. */
  headersOnly: z.literal(true).optional(),
  /** 0 to 100, what to look at first; docs/risk.md. */
  risk: z.number().optional(),
  /** Probability of an attack within 30 days; absent or null: nobody has scored it, which is not 0. */
  epss: z.number().nullable().optional(),
  /** Since when it is known to be exploited, YYYY-MM-DD. */
  exploitedSince: z.string().nullable().optional(),
  summary: z.string().optional(),
  /** The record that decided; `also` names the other records of the same vulnerability. */
  advisory: z.object({ feed: z.string(), id: z.string() }),
  also: z.array(z.object({ feed: z.string(), id: z.string() })),
  evidence: Evidence.optional(),
});
export type Finding = z.infer<typeof Finding>;
