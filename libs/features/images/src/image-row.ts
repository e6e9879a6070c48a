import type { ReleaseSupport } from '@tidewaiter/contracts';
import { UnexpectedError } from '@tidewaiter/kit';
import type { ImageRow } from './image-columns';
import { imageStates, type FindingCounts, type ImageListItem, type ImageLocation } from './images.schema';

export function toListItem(row: ImageRow, where: ImageLocation[], support: ReleaseSupport | undefined): ImageListItem {
  return {
    digest: row.digest,
    platform: row.platform,
    os: row.osId === null ? null : toOs({ ...row, osId: row.osId, support }),
    state: stateOf(row),
    complete: row.state === 'scanned',
    where,
    packages: row.packages,
    findings: toCounts(row),
    scannedAt: row.scannedAt.toISOString(),
  };
}

function toOs(
  row: Pick<ImageRow, 'osVersionId' | 'osPrettyName'> & { osId: string; support: ReleaseSupport | undefined },
): NonNullable<ImageListItem['os']> {
  return {
    id: row.osId,
    ...(row.osVersionId === null ? {} : { versionId: row.osVersionId }),
    ...(row.osPrettyName === null ? {} : { prettyName: row.osPrettyName }),
    ...(row.support === undefined ? {} : { support: row.support }),
  };
}

function stateOf({ state, digest }: ImageRow): ImageListItem['state'] {
  const known = imageStates.find((candidate) => candidate === state);
  if (known === undefined) throw new UnexpectedError('image-state-unknown', `image ${digest} has the state "${state}"`);
  return known;
}

/** All counts are there, or none of an image that is not counted yet. */
function toCounts(row: ImageRow): FindingCounts | null {
  if (row.packages === null) return null;
  return {
    critical: row.critical ?? 0,
    high: row.high ?? 0,
    medium: row.medium ?? 0,
    low: row.low ?? 0,
    negligible: row.negligible ?? 0,
    unknown: row.unknown ?? 0,
    undetermined: row.undetermined ?? 0,
    fixable: row.fixable ?? 0,
    suppressed: row.suppressed ?? 0,
  };
}
