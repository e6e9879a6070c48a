import { likelyAttacked } from '@tidewaiter/severity';
import { noEpss, type ThreatColumns } from './match-risk';

/** Each has its opposite, so that history tells what was known when. */
export type ThreatTransitionKind = 'known-exploited' | 'known-exploited-withdrawn' | 'epss-crossed' | 'epss-fell';

/** What became of what is known of attacks: it is in the catalogue or no longer, an attack is likely or no longer. */
export function threatTransitions(before: ThreatColumns, after: ThreatColumns): readonly ThreatTransitionKind[] {
  const [wasLikely, isLikely] = [before.epss >= likelyAttacked, after.epss >= likelyAttacked];
  return [
    ...(!before.exploited && after.exploited ? (['known-exploited'] as const) : []),
    ...(before.exploited && !after.exploited ? (['known-exploited-withdrawn'] as const) : []),
    ...(!wasLikely && isLikely ? (['epss-crossed'] as const) : []),
    ...(wasLikely && !isLikely ? (['epss-fell'] as const) : []),
  ];
}

/** What a transition keeps of it; null where there was no score. */
export function threatDetail(before: ThreatColumns, after: ThreatColumns) {
  return { epss: scoreOf(after), before: { epss: scoreOf(before) } };
}

function scoreOf({ epss }: ThreatColumns): number | null {
  return epss === noEpss ? null : epss;
}
