import { platformText, type Inventory, type Problem } from '@tidewaiter/contracts';
import { purlOf } from '@tidewaiter/ecosystems';
import type { ReportedFinding } from './finding-text';
import type { ReportContext, ReportSubject } from './report-format';

export function problemsOf({ inventory, report }: ReportSubject): readonly Problem[] {
  return report?.problems ?? inventory.problems;
}

/** Everything that was found, with what somebody vouches for at the end. */
export function allFindings({ report }: ReportSubject): readonly ReportedFinding[] {
  return [...(report?.findings ?? []), ...(report?.suppressed ?? [])];
}

export function isComplete({ inventory, report }: ReportSubject): boolean {
  return report?.complete ?? inventory.complete;
}

/** `code: message (path)`, for formats that only have room for text. */
export function problemText({ code, message, path }: Problem): string {
  return path === undefined || message.includes(path) ? `${code}: ${message}` : `${code}: ${message} (${path})`;
}

export function platformOf({ inventory }: ReportSubject): string | undefined {
  return inventory.image.platform === undefined ? undefined : platformText(inventory.image.platform);
}

/** Of an image in a registry; elsewhere nobody could find it by the name. purl-spec, type "oci". */
export function imagePurl({ inventory, repository }: ReportSubject): string | undefined {
  const { digest, platform } = inventory.image;
  if (repository === undefined || digest === undefined) return undefined;
  return purlOf({
    type: 'oci',
    name: repository.slice(repository.lastIndexOf('/') + 1).toLowerCase(),
    version: digest,
    qualifiers: { arch: platform?.architecture, repository_url: repository },
  });
}

/** How far the packages explain what can run in the image, and where they came from. */
export function imageFacts({ image, assessability }: Inventory): (readonly [string, string])[] {
  const { score, owned, recognised, unknown } = assessability;
  return [
    ...(score === null ? [] : [['assessability', score.toString()] as const]),
    ...(score === null
      ? []
      : [['executables', `${owned} owned, ${recognised} recognised, ${unknown} unknown`] as const]),
    ...(image.contentSets ?? []).map((name) => ['contentSet', name] as const),
    ...Object.entries(image.config?.labels ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [`label:${name}`, value] as const),
  ];
}

/** Without a date from anywhere: the convention of reproducible builds for "no time". */
const noTime = '1970-01-01T00:00:00Z';

/** UTC with seconds, the one form that every format allows. */
export function timestampOf(subject: ReportSubject | undefined, { createdAt }: ReportContext): string {
  const text = createdAt ?? subject?.inventory.image.created ?? noTime;
  const time = Date.parse(text);
  const year = Number.isNaN(time) ? 0 : new Date(time).getUTCFullYear();
  // Years of other lengths are written with a sign, which RFC 3339 does not know.
  return year >= 1 && year <= 9999 ? `${new Date(time).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z` : noTime;
}
