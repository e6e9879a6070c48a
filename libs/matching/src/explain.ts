import type { AdvisoryKey, AdvisoryMatchInput, ExaminedRecord, Explanation, Package } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { findingOf, isSilent, statementOf, weigh, type Statement } from './findings';
import { rangesText } from './judge';

/**
 * Why a package has a vulnerability or has not: every record about it that the index holds under the package's names, what
 * each of them says of this version, and which was believed. `vulnerability` is any of its ids. Where the advisories of the
 * package's ecosystem are not there (`isCovered`), that nothing speaks of it says nothing.
 */
export function explain(
  pkg: Package,
  vulnerability: string,
  inputs: readonly AdvisoryMatchInput[],
  isCovered = true,
): Explanation {
  const keys = ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
  const about = inputs.filter((input) => isAbout(input, vulnerability));
  const statements = about.map((input) => statementOf(pkg, input));
  const speaking = statements.filter(({ verdict }) => !isSilent(verdict));
  const { heard, deciding } = weigh(speaking);
  const group = deciding?.input.vulnerabilities.find((ref) => names(ref, vulnerability)) ?? {
    id: vulnerability,
    aliases: [],
  };
  const finding = findingOf(pkg, group, speaking);
  const records = statements.map((statement) => examined(statement, roleOf(statement, { heard, deciding })));
  const { purl, ecosystem, name, version } = pkg;
  const outcome = about.length === 0 ? 'no-record' : (finding?.verdict ?? 'not-affected');
  return {
    package: { purl, ecosystem, name, version },
    vulnerability: group.id,
    outcome,
    conclusion: conclusionOf(pkg, { keys, deciding, outcome, about: about.length, isCovered }),
    keys: [...keys],
    records: records.sort((a, b) => roleRank.indexOf(a.role) - roleRank.indexOf(b.role)),
    ...(finding === undefined ? {} : { finding }),
  };
}

/** Of a package whose files another one owns: its own records are never looked at. */
export function explainOwned(pkg: Package, vulnerability: string, owner: string): Explanation {
  const { purl, ecosystem, name, version } = pkg;
  return {
    package: { purl, ecosystem, name, version },
    vulnerability,
    outcome: 'not-judged',
    conclusion: `${name} ${version} is part of ${owner}: its distribution's word about that package counts.`,
    keys: [],
    records: [],
  };
}

/** Said where there is no explanation: of a package that is asked about, or of any. */
export function nothingExplained(vulnerability: string, asked: string | undefined): string {
  return asked === undefined
    ? `No record about ${vulnerability} speaks of any package here.`
    : `There is no package ${asked} here.`;
}

function isAbout(input: AdvisoryMatchInput, id: string): boolean {
  return sameId(input.advisory.id, id) || input.vulnerabilities.some((ref) => names(ref, id));
}

function names(ref: AdvisoryMatchInput['vulnerabilities'][number], id: string): boolean {
  return [ref.id, ...ref.aliases].some((name) => sameId(name, id));
}

function sameId(a: string, b: string): boolean {
  return a.toUpperCase() === b.toUpperCase();
}

const roleRank = ['decides', 'agrees', 'overruled', 'silent'];

function roleOf(
  statement: Statement,
  { heard, deciding }: { readonly heard: readonly Statement[]; readonly deciding: Statement | undefined },
): ExaminedRecord['role'] {
  if (statement === deciding) return 'decides';
  if (isSilent(statement.verdict)) return 'silent';
  if (!heard.includes(statement)) return 'overruled';
  return statement.verdict.state === deciding?.verdict.state ? 'agrees' : 'overruled';
}

function examined({ input, verdict, isBundle }: Statement, role: ExaminedRecord['role']): ExaminedRecord {
  const { advisory, affected, isVendors = false } = input;
  return {
    feed: advisory.feed,
    id: advisory.id,
    modified: advisory.modified,
    ...(advisory.withdrawn === undefined ? {} : { withdrawn: advisory.withdrawn }),
    ecosystem: affected.ecosystem,
    name: affected.name,
    ranges: rangesText(affected),
    listedVersions: affected.versions.length,
    isBundle,
    isVendors,
    verdict,
    role,
  };
}

/** A package of Red Hat's may be filed under dozens; all are in `keys`. */
const keysNamed = 12;

function conclusionOf(
  { name, version, ecosystem }: Package,
  found: {
    readonly keys: readonly AdvisoryKey[];
    readonly deciding: Statement | undefined;
    readonly outcome: Explanation['outcome'];
    readonly about: number;
    readonly isCovered: boolean;
  },
): string {
  const { keys, deciding, outcome, about, isCovered } = found;
  const what = `${name} ${version}`;
  if (keys.length === 0) return `${what} is of ${ecosystem}, for which no advisories are looked up.`;
  if (about === 0) {
    const asked = keys.slice(0, keysNamed).map((key) => `${key.ecosystem}/${key.name}`);
    const more = keys.length > keysNamed ? ` or ${keys.length - keysNamed} more names of it` : '';
    const none = `No record about this vulnerability speaks of ${asked.join(', ')}${more}`;
    return isCovered
      ? `${none}.`
      : `${none}, and the advisories of ${ecosystem} are not there: whether ${what} is affected is not known.`;
  }
  if (deciding === undefined) return `${what} is not affected: no record that counts speaks of it.`;
  const { id, feed } = deciding.input.advisory;
  const { verdict } = deciding;
  if (verdict.state !== 'affected') return `${what} is ${outcome}: ${verdict.reason} (${id} of ${feed}).`;
  const { of, name: judged, version: compared, scheme, range } = verdict.evidence;
  const subject = of === 'source' ? `its source ${judged} ${compared}` : compared;
  return `${what} is affected: ${subject} is in ${range} by the order of ${scheme} (${id} of ${feed}).`;
}
