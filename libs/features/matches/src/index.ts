export { imagesHolding, packagesInImages, refreshSummaries } from './image-summaries';
export { JudgePackages, type JudgeOutcome } from './judge-packages';
export type { JudgeCause, MatchChange, TransitionKind } from './match-changes';
export { noEpss, rankColumns, type RankColumns, type RankedVerdict, type Threat } from './match-risk';
export { MatchesModule } from './matches.module';
export { holdVerdicts, recordPackages, type PackageToRecord } from './package-rows';
export { standingMatches, type StandingMatches } from './standing-matches';
export { findingFields, type StoredFinding } from './stored-finding';
export { uncoveredProblems } from './uncovered-problems';
