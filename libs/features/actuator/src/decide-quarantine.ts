import { severities, type Severity } from '@tidewaiter/contracts';
import type { ActuatorRules } from '@tidewaiter/config';

/** An open finding that nobody vouches for. */
export interface OpenFinding {
  readonly vulnerability: string;
  readonly severity: Severity;
  readonly state: 'affected' | 'undetermined';
  readonly exploited: boolean;
  readonly malicious: boolean;
}

/** What is known of one image that a manifest leads to. */
export interface ImageFacts {
  readonly digest: string;
  readonly state: 'scanned' | 'partial' | 'unsupported' | 'failed' | 'unscanned';
  /** False for signatures, bills of materials and attestations: nothing of them is run. */
  readonly isImage: boolean;
  /** Why it was not read, or not whole. */
  readonly reason: string | undefined;
  readonly findings: readonly OpenFinding[];
  /** Ecosystems of its packages that no feed has records for. */
  readonly uncovered: readonly string[];
}

export interface QuarantineFacts {
  readonly scan: {
    readonly state: 'none' | 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';
    readonly error?: string;
  };
  readonly images: readonly ImageFacts[];
}

export type HoldRules = Pick<ActuatorRules, 'holdFrom' | 'holdExploited' | 'holdMalicious' | 'releaseUncovered'>;

export interface QuarantineDecision {
  readonly verdict: 'release' | 'hold' | 'wait';
  readonly reason: string;
}

/**
 * What becomes of an image in quarantine. What is known to be bad is held, even if not all was read; what was not read whole,
 * or could not be judged, is never released as clean: it waits, and says why.
 */
export function decideQuarantine(facts: QuarantineFacts, rules: HoldRules): QuarantineDecision {
  if (facts.images.length === 0) return { verdict: 'wait', reason: whyNothing(facts.scan) };
  const bad = facts.images.flatMap(({ findings }) => findings.filter((finding) => isHeldFor(finding, rules)));
  if (bad.length > 0) return { verdict: 'hold', reason: whyHeld(bad) };
  const images = facts.images.filter(({ isImage }) => isImage);
  const unread = images.find(({ state }) => state !== 'scanned');
  if (unread !== undefined) return { verdict: 'wait', reason: whyUnread(unread) };
  const uncovered = [...new Set(images.flatMap((image) => image.uncovered))].sort();
  if (uncovered.length > 0 && !rules.releaseUncovered) {
    return {
      verdict: 'wait',
      reason: `no feed has records for ${uncovered.join(', ')}, so nothing can be said of its packages`,
    };
  }
  if (images.length === 0) return { verdict: 'release', reason: 'it is no image: nothing of it is run' };
  return { verdict: 'release', reason: `nothing in it is held for (${limitText(rules)})` };
}

function isHeldFor(finding: OpenFinding, rules: HoldRules): boolean {
  if (finding.malicious && rules.holdMalicious) return true;
  if (finding.exploited && rules.holdExploited) return true;
  // Whether it is affected could not be decided: that is no reason to let it through.
  return rules.holdFrom !== 'never' && severities.indexOf(finding.severity) <= severities.indexOf(rules.holdFrom);
}

const maxNamed = 5;

function whyHeld(bad: readonly OpenFinding[]): string {
  const sorted = [...bad].sort((a, b) => rankOf(a) - rankOf(b));
  const named = [...new Set(sorted.map(findingText))];
  const more = named.length - maxNamed;
  return `${named.slice(0, maxNamed).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function rankOf({ malicious, exploited, severity }: OpenFinding): number {
  return malicious ? -2 : exploited ? -1 : severities.indexOf(severity);
}

function findingText({ vulnerability, severity, state, exploited, malicious }: OpenFinding): string {
  const words = [
    severity,
    ...(malicious ? ['malicious'] : []),
    ...(exploited ? ['known exploited'] : []),
    ...(state === 'undetermined' ? ['undetermined'] : []),
  ];
  return `${vulnerability} (${words.join(', ')})`;
}

function whyNothing({ state, error }: QuarantineFacts['scan']): string {
  if (state === 'failed') return `its scan failed: ${error ?? 'nobody knows why'}`;
  if (state === 'finished') return 'its scan found nothing behind it';
  if (state === 'cancelled') return 'its scan was cancelled';
  return state === 'none' ? 'nobody has asked for its scan' : `its scan is ${state}`;
}

function whyUnread({ state, digest, reason }: ImageFacts): string {
  const what = state === 'partial' ? 'was read in part only' : 'could not be read';
  return `image ${digest} ${what}: ${reason ?? 'no reason is known'}`;
}

function limitText({ holdFrom, holdExploited, holdMalicious }: HoldRules): string {
  const limits = [
    ...(holdFrom === 'never' ? [] : [`${holdFrom} or worse`]),
    ...(holdExploited ? ['known exploited'] : []),
    ...(holdMalicious ? ['malicious'] : []),
  ];
  return limits.length === 0 ? 'no rule holds anything' : limits.join(', ');
}
