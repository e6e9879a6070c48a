import type { Severity, SeverityVector } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import { baseScoreV2 } from './cvss-v2';
import { baseScoreV3 } from './cvss-v3';
import { scoreV4 } from './cvss-v4';
import type { BadVector } from './vector';
import { severityFromWord } from './words';

export interface Rating {
  readonly severity: Severity;
  /** Absent when a word and not a vector was rated. */
  readonly score?: number;
}

/** A vector's or word's severity. Never throws, whatever the text. */
export function scoreVector(vector: SeverityVector): Result<Rating, BadVector> {
  switch (vector.kind) {
    case 'CVSS_V2':
      return rated(baseScoreV2(vector.value), severityOfV2);
    case 'CVSS_V3':
      return rated(baseScoreV3(vector.value), severityOfScore);
    case 'CVSS_V4':
      return rated(scoreV4(vector.value), severityOfScore);
    case 'word': {
      const severity = severityFromWord(vector.value);
      if (severity !== undefined) return ok({ severity });
      return err({
        code: 'word-unknown',
        message: `"${vector.value.slice(0, 100)}" is not a known word for a severity`,
      });
    }
  }
}

export interface ChosenSeverity extends Rating {
  /** Who said so. */
  readonly source?: string;
}

/**
 * One severity out of several statements. Sources are asked in the order of their first statement, so the caller puts the
 * one it trusts most first. Of one source the newest CVSS version counts (4.0, 3.1, 3.0, 2.0), a word only when it gave no
 * usable vector; scores are never averaged or mixed. A statement that cannot be read, and a word that means "not rated
 * yet", pass the question on. When nobody answers: unknown.
 */
export function chooseSeverity(vectors: readonly SeverityVector[]): ChosenSeverity {
  const before = chosen.get(vectors);
  if (before !== undefined) return before;
  const severity = choose(vectors);
  chosen.set(vectors, severity);
  return severity;
}

/** One record is asked for the severity of every version of a package. */
const chosen = new WeakMap<readonly SeverityVector[], ChosenSeverity>();

function choose(vectors: readonly SeverityVector[]): ChosenSeverity {
  for (const source of new Set(vectors.map((vector) => vector.source))) {
    const statements = vectors.filter((vector) => vector.source === source);
    // A stable sort: of two vectors of one version the first counts.
    for (const statement of statements.sort((a, b) => preference(a) - preference(b))) {
      const rating = scoreVector(statement);
      if (rating.ok && rating.value.severity !== 'unknown') return { ...rating.value, source };
    }
  }
  return { severity: 'unknown' };
}

function preference(vector: SeverityVector): number {
  switch (vector.kind) {
    case 'CVSS_V4':
      return 0;
    case 'CVSS_V3':
      return vector.value.startsWith('CVSS:3.1/') ? 1 : 2;
    case 'CVSS_V2':
      return 3;
    case 'word':
      return 4;
  }
}

function rated(score: Result<number, BadVector>, severityOf: (score: number) => Severity): Result<Rating, BadVector> {
  return score.ok ? ok({ score: score.value, severity: severityOf(score.value) }) : score;
}

/** The rating scale of 3.x and 4.0; their "none" is our "negligible": stated, and as low as it gets. */
function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}

/** NVD's scale for 2.0, which knows no "critical". */
function severityOfV2(score: number): Severity {
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : 'low';
}
