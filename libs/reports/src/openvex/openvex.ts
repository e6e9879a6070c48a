import type { Suppression } from '@tidewaiter/contracts';
import { advisoryLink } from '../advisory-link';
import { contentHash, contentUuid } from '../content-id';
import { evidenceText, remedyText, suppressionText, type ReportedFinding } from '../finding-text';
import type { ReportContext, ReportFormat, ReportSubject } from '../report-format';
import { allFindings, imagePurl, isComplete, problemText, problemsOf, timestampOf } from '../subject';

/** https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md */
export const openvex: ReportFormat = {
  id: 'openvex',
  of: ['scan'],
  holdsSeveral: true,
  document: documentOf,
};

/** There is no document without a statement. */
function documentOf(subjects: readonly ReportSubject[], context: ReportContext): object | undefined {
  const statements = subjects.flatMap(statementsOf);
  if (statements.length === 0) return undefined;
  const content = {
    author: context.tool.name,
    role: 'Document Creator',
    timestamp: timestampOf(subjects[0], context),
    version: 1,
    tooling: toolingOf(subjects, context),
    statements,
  };
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    // The name space that the specification keeps for documents without a home.
    '@id': `https://openvex.dev/docs/public/vex-${contentHash(content)}`,
    ...content,
  };
}

const shownProblems = 20;

/** The one place of a document where something may be said about the whole of it. */
function toolingOf(subjects: readonly ReportSubject[], { tool }: ReportContext): string {
  const problems = subjects
    .filter((subject) => !isComplete(subject))
    .flatMap(problemsOf)
    .map(problemText);
  const name = `${tool.name} ${tool.version}`;
  if (problems.length === 0) return name;
  const more = problems.length > shownProblems ? `; and ${problems.length - shownProblems} more` : '';
  return `${name}; incomplete, something could not be read: ${problems.slice(0, shownProblems).join('; ')}${more}`;
}

/** One for everything that is said about a vulnerability in the same words, with the packages it is said of. */
function statementsOf(subject: ReportSubject): object[] {
  const product = productOf(subject);
  const groups = Map.groupBy(allFindings(subject), (finding) =>
    JSON.stringify([
      finding.vulnerability.id,
      finding.verdict,
      remedyText(finding),
      evidenceText(finding),
      finding.suppression,
    ]),
  );
  return [...groups.values()].map((group) => statementOf(group, product));
}

function statementOf(group: readonly ReportedFinding[], product: object): object {
  const [first] = group;
  if (first === undefined) return {};
  const { vulnerability, summary, verdict, suppression } = first;
  const purls = [...new Set(group.map((finding) => finding.package.purl))];
  const evidence = evidenceText(first);
  const remedy = remedyText(first);
  const notes = [
    ...(verdict === 'affected' ? [] : [remedy]),
    ...(evidence === undefined ? [] : [`Judged: ${evidence}.`]),
  ];
  return {
    vulnerability: {
      '@id': advisoryLink(vulnerability.id),
      name: vulnerability.id,
      ...(summary === undefined ? {} : { description: summary }),
      ...(vulnerability.aliases.length === 0 ? {} : { aliases: vulnerability.aliases }),
    },
    products: [{ ...product, subcomponents: purls.map((purl) => ({ '@id': purl, identifiers: { purl } })) }],
    ...(suppression === undefined
      ? {
          status: verdict === 'affected' ? 'affected' : 'under_investigation',
          ...(notes.length === 0 ? {} : { status_notes: notes.join(' ') }),
          ...(verdict === 'affected' ? { action_statement: remedy } : {}),
        }
      : statusOf(suppression)),
  };
}

/** Said again of this image in the words of who said it. `not_affected` wants one reason, one of five words or prose. */
function statusOf(suppression: Suppression): object {
  const { status, justification = '', statement, timestamp } = suppression;
  const reason = justifications.has(justification)
    ? { justification }
    : { impact_statement: statement ?? suppressionText(suppression) };
  return {
    status,
    ...(status === 'not_affected' ? reason : {}),
    status_notes: suppressionText(suppression),
    timestamp,
  };
}

const justifications: ReadonlySet<string> = new Set([
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
]);

/** The image by its purl and digest; what has neither gets an id made from its name. */
function productOf(subject: ReportSubject): object {
  const { digest } = subject.inventory.image;
  const purl = imagePurl(subject);
  const [algorithm = '', hash = ''] = (digest ?? '').split(':');
  return {
    '@id': purl ?? `urn:uuid:${contentUuid(digest ?? subject.target)}`,
    ...(purl === undefined ? {} : { identifiers: { purl } }),
    ...(digest === undefined ? {} : { hashes: { [algorithm.replace('sha', 'sha-')]: hash } }),
  };
}
