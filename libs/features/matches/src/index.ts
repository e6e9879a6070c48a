export { askedMoment } from './asked-moment';
export { explainPackages } from './explain-packages';
export { History } from './history';
export { countsOfAll, countsOfEach, readCounts } from './image-counts';
export { eachRanked, hasDrift, rankImages } from './image-ranks';
export { entryRule, imagesHolding, imagesInScope, packagesInImages, unvouched } from './image-holders';
export { whatIsSaidOf } from './image-suppressions';
export {
  markAttachedTo,
  markPlaced,
  markRenamed,
  markVouchedFor,
  recountSuppressed,
  suppressedIn,
} from './recount-suppressed';
export { vouchedForAnywhere } from './suppression-transitions';
export { markUncounted, recountImages } from './recount-images';
export { holdSummaries, writeSummaries } from './summaries';
export { JudgePackages, lateNames, type JudgeOutcome } from './judge-packages';
export { packageOf, readPackages } from './judged-packages';
export type { JudgeCause, MatchChange, TransitionKind } from './match-changes';
export { rankColumns, type RankColumns, type RankedVerdict, type Threat } from './match-risk';
export { affectedEntry, asDescribed, findRecords, wasKnown, type KnownRecord } from './known-records';
export { knownThreats, notKeptAt } from './known-threats';
export { MatchesModule } from './matches.module';
export { holdVerdicts, recordPackages, type PackageToRecord } from './package-rows';
export { isRenewalDue, renewKeys } from './renew-keys';
export { standingMatches } from './standing-matches';
export { findingFields, type StoredFinding } from './stored-finding';
export { threatDetail, threatTransitions } from './threat-transitions';
export { uncoveredProblems } from './uncovered-problems';
export { PostgresAdvisoryIndex } from './postgres-advisory-index';
export { forgetStatements, keepBelief, replaceStatements } from './vex-statements';
export { wasThere, wasWatched } from './was-there';
