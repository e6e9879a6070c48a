import type { Finding } from '@tidewaiter/contracts';
import { advisoryLink } from '../advisory-link';
import { contentHash, contentUuid } from '../content-id';
import { evidenceText, remedyText } from '../finding-text';
import type { ReportContext, ReportFormat, ReportSubject } from '../report-format';
import { imagePurl, isComplete, problemText, problemsOf, timestampOf } from '../subject';

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
  const groups = Map.groupBy(subject.report?.findings ?? [], (finding) =>
    JSON.stringify([finding.vulnerability.id, finding.verdict, remedyText(finding), evidenceText(finding)]),
  );
  return [...groups.values()].map((group) => statementOf(group, product));
}

function statementOf(group: readonly Finding[], product: object): object {
  const [first] = group;
  if (first === undefined) return {};
  const { vulnerability, summary, verdict } = first;
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
    status: verdict === 'affected' ? 'affected' : 'under_investigation',
    ...(notes.length === 0 ? {} : { status_notes: notes.join(' ') }),
    ...(verdict === 'affected' ? { action_statement: remedy } : {}),
  };
}

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
