import type { Finding, FixState, SuppressedFinding, Suppression } from '@tidewaiter/contracts';

/** What was compared, for a reader who checks the verdict: `openssl 3.0.11-1 (source) of Debian:12 in < 3.0.13-1, order dpkg`. */
export function evidenceText({ evidence }: Finding): string | undefined {
  if (evidence === undefined) return undefined;
  const { name, version, of, ecosystem, range, scheme } = evidence;
  return `${name} ${version} (${of}) of ${ecosystem} in ${range}, order ${scheme}`;
}

const unfixed: Readonly<Record<FixState, (name: string) => string>> = {
  fixed: (name) => `A fixed version of ${name} exists, which one is not stated.`,
  'not-fixed': (name) => `No fixed version of ${name} is known.`,
  'wont-fix': (name) => `Its vendor will not fix ${name}.`,
  deferred: (name) => `Its vendor has put off a fix of ${name}.`,
  'end-of-life': (name) => `Its vendor no longer looks after ${name}.`,
};

/** What to do about it, in one sentence. */
export function remedyText(finding: Finding): string {
  const { fixedIn, evidence, package: pkg } = finding;
  if (finding.verdict === 'undetermined') {
    return `Whether ${pkg.name} ${pkg.version} is affected is not known: ${finding.reason ?? 'no reason was given'}.`;
  }
  if (finding.malicious === true) return `Remove ${pkg.name} ${pkg.version}: the package itself is malware.`;
  if (fixedIn === undefined) return unfixed[finding.fixState ?? 'not-fixed'](pkg.name);
  const isSource = evidence?.of === 'source' && evidence.name !== pkg.name;
  const where = finding.fixChannel === undefined ? '' : `, which ${finding.fixChannel} has`;
  return isSource
    ? `Update ${pkg.name} to a build of ${evidence.name} ${fixedIn} or later${where}.`
    : `Update ${pkg.name} to ${fixedIn} or later${where}.`;
}

/** A finding of a report, and who vouches for it if somebody does. */
export type ReportedFinding = Finding & Partial<Pick<SuppressedFinding, 'suppression'>>;

/** Who says that nothing has to be done, and why: `not affected, vulnerable code not present: Never called. By Acme (vex.json)`. */
export function suppressionText({ status, justification, statement, author, source }: Suppression): string {
  const why = justification === undefined ? '' : `, ${words(justification)}`;
  const own = statement === undefined ? '' : `: ${statement}`;
  return `${words(status)}${why}${own}${/[.!?]$/.test(own) ? '' : '.'} By ${author} (${source})`;
}

function words(text: string): string {
  return text.replaceAll('_', ' ');
}
