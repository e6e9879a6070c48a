import type { Finding } from '@tidewaiter/contracts';

/** What was compared, for a reader who checks the verdict: `openssl 3.0.11-1 (source) of Debian:12 in < 3.0.13-1, order dpkg`. */
export function evidenceText({ evidence }: Finding): string | undefined {
  if (evidence === undefined) return undefined;
  const { name, version, of, ecosystem, range, scheme } = evidence;
  return `${name} ${version} (${of}) of ${ecosystem} in ${range}, order ${scheme}`;
}

/** What to do about it, in one sentence. */
export function remedyText(finding: Finding): string {
  const { fixedIn, evidence, package: pkg } = finding;
  if (finding.verdict === 'undetermined') {
    return `Whether ${pkg.name} ${pkg.version} is affected is not known: ${finding.reason ?? 'no reason was given'}.`;
  }
  if (fixedIn === undefined) return `No fixed version of ${pkg.name} is known.`;
  const isSource = evidence?.of === 'source' && evidence.name !== pkg.name;
  return isSource
    ? `Update ${pkg.name} to a build of ${evidence.name} ${fixedIn} or later.`
    : `Update ${pkg.name} to ${fixedIn} or later.`;
}
