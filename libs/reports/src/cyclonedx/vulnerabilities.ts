import type { Finding, Severity } from '@tidewaiter/contracts';
import { advisoryLink, idPublisher } from '../advisory-link';
import { evidenceText, remedyText } from '../finding-text';
import { properties, type ComponentRefs } from './components';

/** One entry for a vulnerability and verdict, with all components it is about: analysis belongs to the whole entry. */
export function vulnerabilitiesOf(findings: readonly Finding[], refs: ComponentRefs): object[] {
  const groups = Map.groupBy(findings, ({ vulnerability, verdict }) => `${verdict} ${vulnerability.id}`);
  return [...groups.values()].map((group) => vulnerabilityOf(group, refs));
}

function vulnerabilityOf(group: readonly Finding[], refs: ComponentRefs): object {
  const [first] = group;
  if (first === undefined) return {};
  const { vulnerability, verdict, advisory, summary } = first;
  const { id, aliases } = vulnerability;
  const remedies = unique(group.map(remedyText)).join(' ');
  return {
    'bom-ref': `vulnerability:${id}:${verdict}`,
    id,
    source: { name: advisory.feed, url: advisoryLink(id) },
    ...(aliases.length === 0 ? {} : { references: aliases.map(referenceOf) }),
    ratings: uniqueJson(group.map(ratingOf)),
    ...(summary === undefined ? {} : { description: summary }),
    recommendation: verdict === 'affected' ? remedies : 'Find out whether the component is affected.',
    advisories: uniqueJson(
      group.map((finding) => ({ title: finding.advisory.id, url: advisoryLink(finding.advisory.id) })),
    ),
    ...(verdict === 'affected' ? {} : { analysis: { state: 'in_triage', detail: remedies } }),
    affects: group.flatMap((finding) => affectsOf(finding, refs)),
    properties: properties(
      group.flatMap((finding) => {
        const evidence = evidenceText(finding);
        return evidence === undefined ? [] : [['evidence', `${finding.package.purl}: ${evidence}`] as const];
      }),
    ),
  };
}

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
