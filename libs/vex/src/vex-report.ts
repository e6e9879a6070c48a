import type { Inventory, ScanReport, SuppressedFinding } from '@tidewaiter/contracts';
import type { VexStatements, VexSubject } from './apply-vex';

/** Findings that somebody vouches for leave the list of findings and are listed with who said so and why. */
export function withVex(
  report: ScanReport,
  statements: VexStatements,
  { inventory, repository }: { readonly inventory: Inventory; readonly repository: string | undefined },
): ScanReport {
  const subject = subjectOf(inventory, repository);
  const findings: ScanReport['findings'] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of report.findings) {
    const suppression = statements.suppressionOf(finding, subject);
    if (suppression === undefined) findings.push(finding);
    else suppressed.push({ ...finding, suppression });
  }
  return { ...report, findings, suppressed };
}

function subjectOf({ image, packages }: Inventory, repository: string | undefined): VexSubject {
  const locations = new Map<string, readonly string[]>();
  for (const pkg of packages) locations.set(pkg.purl, [...(locations.get(pkg.purl) ?? []), ...pkg.locations]);
  return {
    image: {
      repositories: repository === undefined ? [] : [repository],
      digests: image.digest === undefined ? [] : [image.digest],
      architecture: image.platform?.architecture,
    },
    locations,
  };
}
