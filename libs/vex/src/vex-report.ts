import type { Inventory, ScanReport, SuppressedFinding } from '@tidewaiter/contracts';
import type { VexStatements, VexSubject } from './apply-vex';

interface NamedImage {
  readonly inventory: Inventory;
  /** `host/name` */
  readonly repository: string | undefined;
  /** Of the index that leads to the image; statements may name that one. */
  readonly digest: string | undefined;
}

/** Findings that somebody vouches for leave the list of findings and are listed with who said so and why. */
export function withVex(report: ScanReport, statements: VexStatements, judged: NamedImage): ScanReport {
  const subject = subjectOf(judged);
  const findings: ScanReport['findings'] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of report.findings) {
    const suppression = statements.suppressionOf(finding, subject);
    if (suppression === undefined) findings.push(finding);
    else suppressed.push({ ...finding, suppression });
  }
  return { ...report, findings, suppressed };
}

function subjectOf({ inventory: { image, packages }, repository, digest }: NamedImage): VexSubject {
  const locations = new Map<string, readonly string[]>();
  for (const pkg of packages) locations.set(pkg.purl, [...(locations.get(pkg.purl) ?? []), ...pkg.locations]);
  return {
    image: {
      repositories: repository === undefined ? [] : [repository],
      digests: [image.digest, digest].filter((known) => known !== undefined),
      architecture: image.platform?.architecture,
    },
    locations,
  };
}
