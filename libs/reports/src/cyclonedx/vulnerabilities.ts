import type { Finding, Severity, Suppression } from '@tidewaiter/contracts';
import { advisoryLink, idPublisher } from '../advisory-link';
import { contentHash } from '../content-id';
import { evidenceText, remedyText, suppressionText, type ReportedFinding } from '../finding-text';
import { properties, type ComponentRefs } from './components';

/** One entry for a vulnerability and what is said of it, with all components it is about: analysis belongs to the whole entry. */
export function vulnerabilitiesOf(findings: readonly ReportedFinding[], refs: ComponentRefs): object[] {
  const groups = Map.groupBy(findings, ({ vulnerability, verdict, suppression }) =>
    JSON.stringify([verdict, vulnerability.id, suppression]),
  );
  return [...groups.values()].map((group) => vulnerabilityOf(group, refs));
}

function vulnerabilityOf(group: readonly ReportedFinding[], refs: ComponentRefs): object {
  const [first] = group;
  if (first === undefined) return {};
  const { vulnerability, verdict, advisory, summary, suppression } = first;
  const { id, aliases } = vulnerability;
  const vouched = suppression === undefined ? '' : `:${suppression.status}:${contentHash(suppression).slice(0, 16)}`;
  const remedies = unique(group.map(remedyText)).join(' ');
  return {
    'bom-ref': `vulnerability:${id}:${verdict}${vouched}`,
    id,
    source: { name: advisory.feed, url: advisoryLink(id) },
    ...(aliases.length === 0 ? {} : { references: aliases.map(referenceOf) }),
    ratings: uniqueJson(group.map(ratingOf)),
    ...(summary === undefined ? {} : { description: summary }),
    recommendation: verdict === 'affected' ? remedies : 'Find out whether the component is affected.',
    advisories: uniqueJson(
      group.map((finding) => ({ title: finding.advisory.id, url: advisoryLink(finding.advisory.id) })),
    ),
    ...analysisOf({ verdict, suppression, remedies }),
    // The schema wants them unique, and two findings may be of one purl.
    affects: uniqueJson(group.flatMap((finding) => affectsOf(finding, refs))),
    properties: properties(
      group.flatMap((finding) => {
        const evidence = evidenceText(finding);
        return evidence === undefined ? [] : [['evidence', `${finding.package.purl}: ${evidence}`] as const];
      }),
    ),
  };
}

interface Analysed {
  readonly verdict: Finding['verdict'];
  readonly suppression: Suppression | undefined;
  readonly remedies: string;
}

function analysisOf({ verdict, suppression, remedies }: Analysed): object {
  if (suppression === undefined)
    return verdict === 'affected' ? {} : { analysis: { state: 'in_triage', detail: remedies } };
  const { status, justification = '', timestamp } = suppression;
  const reason = justifications[justification];
  return {
    analysis: {
      state: status === 'fixed' ? 'resolved' : 'not_affected',
      ...(status === 'fixed' || reason === undefined ? {} : { justification: reason }),
      detail: suppressionText(suppression),
      lastUpdated: timestamp,
    },
  };
}

/** The words of OpenVEX and CSAF in those of CycloneDX, which may also come as they are. */
const justifications: Readonly<Record<string, string>> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  vulnerable_code_cannot_be_controlled_by_adversary: 'protected_by_mitigating_control',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
  ...Object.fromEntries(
    [
      'code_not_present',
      'code_not_reachable',
      'requires_configuration',
      'requires_dependency',
      'requires_environment',
      'protected_by_compiler',
      'protected_at_runtime',
      'protected_at_perimeter',
      'protected_by_mitigating_control',
    ].map((word) => [word, word]),
  ),
};

function referenceOf(alias: string): object {
  return { id: alias, source: { name: idPublisher(alias), url: advisoryLink(alias) } };
}

const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  negligible: 'info',
  unknown: 'unknown',
};

function ratingOf({ advisory, severity, severitySource = advisory.feed, score }: Finding): object {
  return {
    source: { name: severitySource },
    ...(score === undefined ? {} : { score }),
    severity: severityWords[severity],
  };
}

/** The fixed version belongs to the version order of the package that was judged, as the installed one does. */
function affectsOf(finding: Finding, refs: ComponentRefs): object[] {
  const { package: pkg, verdict, fixedIn } = finding;
  const versions = [
    { version: pkg.version, status: verdict === 'affected' ? 'affected' : 'unknown' },
    ...(fixedIn === undefined ? [] : [{ version: fixedIn, status: 'unaffected' }]),
  ];
  return refs.all(pkg.purl).map((ref) => ({ ref, versions }));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function uniqueJson<T extends object>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
