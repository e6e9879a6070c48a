import { ecosystemBase, type InventoryPackage } from '@tidewaiter/contracts';
import { contentHash } from '../content-id';
import { evidenceText, remedyText, suppressionText, type ReportedFinding } from '../finding-text';
import { artifactInImage, relativeUri } from './artifact-location';
import { levels } from './rules';

interface ResultOptions {
  readonly target: string;
  readonly ruleIds: readonly string[];
}

export function resultsOf(
  findings: readonly ReportedFinding[],
  packages: readonly InventoryPackage[],
  { target, ruleIds }: ResultOptions,
): object[] {
  const byPurl = Map.groupBy(packages, ({ purl }) => purl);
  const indexOf = new Map(ruleIds.map((id, at) => [id, at]));
  return findings.map((finding) =>
    resultOf(finding, {
      places: byPurl.get(finding.package.purl) ?? [],
      ruleIndex: indexOf.get(finding.vulnerability.id),
      target,
    }),
  );
}

interface ResultParts {
  readonly places: readonly InventoryPackage[];
  readonly ruleIndex: number | undefined;
  readonly target: string;
}

function resultOf(finding: ReportedFinding, { places, ruleIndex, target }: ResultParts): object {
  const { vulnerability, package: pkg, verdict, severity, summary, suppression } = finding;
  const locations = places.flatMap((place) => place.locations.map((path) => locationOf(path, place)));
  const title = `${pkg.name} ${pkg.version} ${verdict === 'affected' ? 'has' : 'may have'} ${vulnerability.id}`;
  return {
    ruleId: vulnerability.id,
    ruleIndex,
    // Only a failure has a level. SARIF 2.1.0, 3.27.9 and 3.27.10.
    ...(verdict === 'affected' ? { kind: 'fail', level: levels[severity] } : { kind: 'open', level: 'none' }),
    message: {
      text: `${title} (severity ${severity})${summary === undefined ? '' : `: ${summary}`}. ${remedyText(finding)}`,
    },
    locations: locations.length > 0 ? locations : [locationOfTarget(target)],
    // Said outside of the scan and not in a source file. SARIF 2.1.0, 3.27.23 and 3.35.
    ...(suppression === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: suppressionText(suppression) }] }),
    partialFingerprints: { 'tidewaiter/v1': fingerprintOf(finding, places) },
    properties: {
      purl: pkg.purl,
      ecosystem: pkg.ecosystem,
      verdict,
      severity,
      severitySource: finding.severitySource,
      score: finding.score,
      fixedIn: finding.fixedIn,
      fixState: finding.fixState,
      malicious: finding.malicious,
      evidence: evidenceText(finding),
      advisories: [finding.advisory, ...finding.also].map(({ feed, id }) => `${feed}:${id}`),
    },
  };
}

/** Files have no line that is to blame, yet viewers want one. */
const firstLine = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };

function locationOf(path: string, { purl, layer, ownedBy }: InventoryPackage): object {
  return {
    physicalLocation: { artifactLocation: artifactInImage(path), region: firstLine },
    message: { text: `${path}: ${purl}` },
    ...(layer === undefined && ownedBy === undefined
      ? {}
      : {
          properties: {
            layerIndex: layer?.index,
            layerDigest: layer?.digest,
            layerDiffId: layer?.diffId,
            layerCreatedBy: layer?.createdBy,
            ownedBy,
          },
        }),
  };
}

function locationOfTarget(target: string): object {
  return { physicalLocation: { artifactLocation: { uri: relativeUri(target) }, region: firstLine } };
}

/** The same while a package is only updated, so that an alert is followed and not closed and opened again. */
function fingerprintOf({ vulnerability, package: pkg }: ReportedFinding, places: readonly InventoryPackage[]): string {
  return contentHash([vulnerability.id, ecosystemBase(pkg.ecosystem), pkg.name, places[0]?.locations[0] ?? '']);
}
