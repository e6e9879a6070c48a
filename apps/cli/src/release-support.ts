import type { AdvisoryStore } from '@tidewaiter/advisory-store';
import type { ScanReport } from '@tidewaiter/contracts';
import { supportOf, supportProductOf } from '@tidewaiter/ecosystems';

/** The report with how long the image's release is looked after, as far as the store knows; `now` is RFC 3339. */
export function withSupport(report: ScanReport, store: Pick<AdvisoryStore, 'cyclesOf'>, now: string): ScanReport {
  const { os } = report.image;
  if (os === null) return report;
  const today = now.slice(0, 'YYYY-MM-DD'.length);
  const support = supportOf(os, store.cyclesOf(supportProductOf(os)), today);
  return support === undefined ? report : { ...report, image: { ...report.image, os: { ...os, support } } };
}

/** Of a release that nobody looks after any more, or only for some. */
export function supportLines({ image: { os } }: ScanReport): string[] {
  if (os?.support?.isOver !== true) return [];
  const { endsOn, extendedEndsOn } = os.support;
  const since = endsOn === undefined ? '' : ` since ${endsOn}`;
  const extended = extendedEndsOn === undefined ? '' : ` (extended support until ${extendedEndsOn})`;
  const name = os.prettyName ?? `${os.id} ${os.versionId ?? ''}`.trimEnd();
  return [`${name} is out of support${since}${extended}: what was found later may be in no advisory.`, ''];
}
