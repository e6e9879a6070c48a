import type { Release } from '@tidewaiter/contracts';

/** What documents have no field for, under the names of the inventory. */
export function releaseFacts({
  versionCodename,
  baseCodename,
  idLike,
  support,
}: Release): (readonly [string, string])[] {
  return [
    ...[versionCodename ?? []].flat().map((value) => ['versionCodename', value] as const),
    ...[baseCodename ?? []].flat().map((value) => ['baseCodename', value] as const),
    ...(idLike ?? []).map((value) => ['idLike', value] as const),
    ...(support ?? []).map((value) => ['support', value] as const),
  ];
}
