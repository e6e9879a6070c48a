import type {
  AdvisoryMatchInput,
  AffectedPackage,
  Finding,
  Package,
  SeverityVector,
  Verdict,
  VulnerabilityRef,
} from '@tidewaiter/contracts';
import { ecosystemOf, extendedLineOf } from '@tidewaiter/ecosystems';
import { chooseSeverity } from '@tidewaiter/severity';
import { textOrder } from '@tidewaiter/kit';
import { commonFix, leastFix } from './fix';
import { isHeadersOnly } from './headers-only';
import { judge, reasons } from './judge';
import { archiveSideOf, isOfEarlyBuild, isOfOtherSupport, isOfOwnLine } from './scope';

/**
 * What is wrong with a package: one finding per vulnerability, sorted by its id, from everything the advisory index holds
 * about the package's lookup keys.
 *
 * Several records may speak of one vulnerability. What the vendor of the package says of it is the whole answer, and all
 * others are listed beside it. Among the rest, affected beats undetermined beats not affected, with one exception: a
 * bundle (an erratum, or whatever names several vulnerabilities) says nothing about a vulnerability on which a plain record
 * of the same feed has decided, because the plain record is about it alone. Among the records that agree on the verdict the one
 * that is shown is, in this order: plain before bundle; the database curated for the ecosystem (GO-, RUSTSEC-) before
 * GHSA- before others; with a fix before without; by feed and id.
 */
export function findingsOf(pkg: Package, inputs: readonly AdvisoryMatchInput[]): Finding[] {
  const statements = inputs.map((input) => statementOf(pkg, input));
  const groups = new Map<string, { readonly vulnerability: VulnerabilityRef; readonly statements: Statement[] }>();
  for (const statement of statements) {
    if (isSilent(statement.verdict)) continue;
    for (const vulnerability of statement.input.vulnerabilities) {
      const group = groups.get(vulnerability.id);
      if (group === undefined) groups.set(vulnerability.id, { vulnerability, statements: [statement] });
      else group.statements.push(statement);
    }
  }
  return [...groups.values()]
    .map((group) => findingOf(pkg, group.vulnerability, group.statements))
    .filter((finding) => finding !== undefined)
    .sort((a, b) => textOrder(a.vulnerability.id, b.vulnerability.id));
}

export interface Statement {
  readonly input: AdvisoryMatchInput;
  readonly verdict: Verdict;
  readonly isBundle: boolean;
  /** About the package's own line of builds, and not about the one that it branched off. */
  readonly isOfOwnLine: boolean;
  /** Names this build as one that its distribution mended before the one that it is rebuilt from did. */
  readonly isOfEarlyFix: boolean;
  readonly archiveSide: ReturnType<typeof archiveSideOf>;
}

/** What one record says of a package. */
export function statementOf(pkg: Package, input: AdvisoryMatchInput): Statement {
  const { advisory, affected } = input;
  const verdict = judge(pkg, input);
  const isMended = verdict.state === 'not-affected' && !isSilent(verdict);
  return {
    input,
    verdict,
    isBundle: isBundle(input),
    isOfOwnLine: isOfOwnLine(pkg, affected),
    isOfEarlyFix: isMended && isOfEarlyBuild(pkg, advisory.id, affected),
    archiveSide: archiveSideOf(pkg, affected),
  };
}

/**
 * An erratum that happens to fix one vulnerability is an erratum like the others: of two that fix the same one in different
 * builds neither is the whole answer. A record is a vulnerability's own when it has its id (`UBUNTU-CVE-2024-1000` too).
 */
function isBundle({ advisory, vulnerabilities }: AdvisoryMatchInput): boolean {
  const [only] = vulnerabilities;
  if (only === undefined || vulnerabilities.length > 1) return true;
  return !only.aliases.includes(advisory.id) && !advisory.id.endsWith(only.id);
}

/** A withdrawn record and one about another package say nothing about this one. */
export function isSilent(verdict: Verdict): boolean {
  return (
    verdict.state === 'not-affected' &&
    (verdict.reason === reasons.withdrawn || verdict.reason === reasons.otherPackage)
  );
}

/** What is said of one vulnerability, in order, and who is believed: the first to find something wrong, else the first. */
export function weigh(statements: readonly Statement[]) {
  const ranked = [...statements].sort(compareStatements);
  const heard = entitled(ranked);
  const deciding = heard.find((statement) => statement.verdict.state !== 'not-affected') ?? heard[0];
  return { ranked, heard, deciding };
}

export function findingOf(
  pkg: Package,
  vulnerability: VulnerabilityRef,
  statements: readonly Statement[],
): Finding | undefined {
  const weighed = weigh(statements);
  const { ranked, heard, deciding } = weighed;
  if (deciding === undefined || deciding.verdict.state === 'not-affected') return undefined;
  const { advisory } = deciding.input;
  const { verdict } = deciding;
  const others = ranked.filter((statement) => statement !== deciding);
  const isMalicious = heard.some(isMalware);
  const isHeaders = isHeadersOnly(pkg);
  const summary = [deciding, ...others].find((statement) => statement.input.advisory.summary !== undefined);
  return {
    vulnerability: { id: vulnerability.id, aliases: [...vulnerability.aliases] },
    package: { purl: pkg.purl, ecosystem: pkg.ecosystem, name: pkg.name, version: pkg.version },
    verdict: verdict.state,
    ...(verdict.state === 'undetermined' ? { reason: verdict.reason } : {}),
    ...severityOf([deciding, ...others], vulnerability, { isMalicious, isHeaders }),
    ...(verdict.state === 'affected' ? fixOf(pkg, deciding, weighed) : {}),
    ...(isMalicious ? { malicious: true } : {}),
    ...(isHeaders ? { headersOnly: true } : {}),
    ...(summary?.input.advisory.summary === undefined ? {} : { summary: summary.input.advisory.summary }),
    advisory: { feed: advisory.feed, id: advisory.id },
    also: otherRecords(deciding, others),
    ...(verdict.evidence === undefined ? {} : { evidence: verdict.evidence }),
  };
}

/**
 * Those who may decide: who says that this very build has an early fix; else who speaks of the package's own line of builds
 * where somebody does; of these the vendor of the package alone where it has said something of its own about this
 * vulnerability, else all without the bundles of feeds that decided about it in a plain record; and of those the archive alone
 * that mended the build, where there are two.
 */
function entitled(all: readonly Statement[]): readonly Statement[] {
  const early = all.filter((statement) => statement.isOfEarlyFix);
  if (early.length > 0) return early;
  const ofOwnLine = all.filter((statement) => statement.isOfOwnLine);
  const statements = ofOwnLine.some(isWord) ? ofOwnLine : all;
  const vendors = statements.filter(({ input, isBundle }) => input.isVendors === true && !isBundle);
  if (vendors.some(isWord)) return ofArchiveThatMends(vendors);
  const decidedFeeds = new Set(
    statements
      .filter((statement) => !statement.isBundle && statement.verdict.state !== 'undetermined')
      .map((statement) => statement.input.advisory.feed),
  );
  return ofArchiveThatMends(
    statements.filter((statement) => !statement.isBundle || !decidedFeeds.has(statement.input.advisory.feed)),
  );
}

/** A build that is mended in one archive is mended, though the other has no fix yet or one with a higher number. */
function ofArchiveThatMends(statements: readonly Statement[]): readonly Statement[] {
  for (const side of ['own', 'base']) {
    const ofSide = statements.filter(({ archiveSide }) => archiveSide === side);
    if (ofSide.length > 0 && ofSide.every(({ verdict }) => isCleared(verdict))) return ofSide;
  }
  return statements;
}

/** That a build is not among those listed says nothing of it where the list is another archive's. */
function isCleared(verdict: Verdict): boolean {
  return verdict.state === 'not-affected' && verdict.reason !== reasons.notListed;
}

/** What could not be compared is no answer; that a vendor still investigates is one. */
function isWord({ verdict }: Statement): boolean {
  return verdict.state !== 'undetermined' || verdict.reason === reasons.investigated;
}

/** https://github.com/ossf/malicious-packages */
function isMalware({ input, verdict }: Statement): boolean {
  return verdict.state === 'affected' && input.advisory.id.startsWith('MAL-');
}

function compareStatements(a: Statement, b: Statement): number {
  const [left, right] = [a.input.advisory, b.input.advisory];
  return (
    stateRank(a.verdict) - stateRank(b.verdict) ||
    Number(a.isBundle) - Number(b.isBundle) ||
    publisherRank(left.id) - publisherRank(right.id) ||
    Number(!hasFix(a.verdict)) - Number(!hasFix(b.verdict)) ||
    textOrder(left.feed, right.feed) ||
    textOrder(left.id, right.id) ||
    textOrder(rangeOf(a.verdict), rangeOf(b.verdict))
  );
}

function stateRank(verdict: Verdict): number {
  return { affected: 0, undetermined: 1, 'not-affected': 2 }[verdict.state];
}

function publisherRank(id: string): number {
  if (id.startsWith('GO-') || id.startsWith('RUSTSEC-')) return 0;
  return id.startsWith('GHSA-') ? 1 : 2;
}

function hasFix(verdict: Verdict): boolean {
  return verdict.state === 'affected' && verdict.fixedIn !== undefined;
}

function rangeOf(verdict: Verdict): string {
  return verdict.evidence === undefined ? '' : `${verdict.evidence.ecosystem} ${verdict.evidence.range}`;
}

/**
 * A record may have several entries for the package, and one database several records of the vulnerability; the fix has to leave
 * them all. Only where the archive of the package has none, the one that its subscribers get counts.
 */
function fixOf(
  pkg: Package,
  deciding: Statement,
  { ranked, heard }: ReturnType<typeof weigh>,
): Pick<Finding, 'fixedIn' | 'fixState' | 'fixChannel'> {
  const isPaid = ({ input: { affected } }: Statement) => isForSubscribers(pkg, affected);
  // Where a line decides that the image may not follow, the fix is what the image gets by itself.
  const told = isPaid(deciding) && deciding.isOfOwnLine ? ranked : heard;
  const entries = told.filter((statement) => isOfSameDatabase(statement, deciding));
  const answer = (isWanted: (statement: Statement) => boolean) => {
    const all = ranked.filter((statement) => isOfSameDatabase(statement, deciding) && isWanted(statement));
    return answerOf(pkg, entries.filter(isWanted), all);
  };
  const own = answer((entry) => !isPaid(entry));
  if (own.fixedIn !== undefined) {
    const fixedIn = fixForAll(pkg, deciding, { ranked, heard }, (entry) => !isPaid(entry));
    return fixedIn === undefined ? own : { fixedIn, fixState: 'fixed' };
  }
  const paid = answer(isPaid);
  if (paid.fixedIn === undefined) return { ...paid, ...own };
  const from = ranked.find((statement) => isPaid(statement) && hasFix(statement.verdict)) ?? deciding;
  return { ...paid, fixChannel: channelOf(from.input.affected.ecosystem) };
}

/**
 * Where databases disagree about the fix (GitHub's 2.3.0, PyPA's 2.3.1), the one that leaves what all of them say: at the other the
 * vulnerability would be found again. Undefined where one is believed alone, or where no fix satisfies all.
 */
function fixForAll(
  pkg: Package,
  deciding: Statement,
  { ranked, heard }: Pick<ReturnType<typeof weigh>, 'ranked' | 'heard'>,
  isWanted: (statement: Statement) => boolean,
): string | undefined {
  const scheme = ecosystemOf(pkg)?.scheme;
  const affected = heard.filter((statement) => statement.verdict.state === 'affected' && isWanted(statement));
  const isOneDatabase = affected.every((statement) => isOfSameDatabase(statement, deciding));
  if (scheme === undefined || isOneDatabase) return undefined;
  const fixes = affected.map(({ verdict }) => (verdict.state === 'affected' ? verdict.fixedIn : undefined));
  return leastFix(scheme, fixes, (version) => isClearAt(pkg, version, ranked.filter(isWanted)));
}

/** Some packages are fixed only in a line that takes a subscription: Ubuntu Pro, Red Hat's extended support. */
function isForSubscribers(pkg: Package, affected: AffectedPackage): boolean {
  if (isOfOtherSupport(pkg, affected)) return true;
  return affected.ecosystem.startsWith('Ubuntu:Pro:') && !pkg.ecosystem.startsWith('Ubuntu:Pro:');
}

function channelOf(ecosystem: string): string {
  const extended = extendedLineOf(ecosystem);
  return extended === undefined ? 'Ubuntu Pro' : `Red Hat ${extended.line} ${extended.minor}`;
}

/** `all` are those of `statements` and what their database says besides, of which another version may be. */
function answerOf(
  pkg: Package,
  statements: readonly Statement[],
  all: readonly Statement[],
): Pick<Finding, 'fixedIn' | 'fixState'> {
  const scheme = ecosystemOf(pkg)?.scheme;
  const affected = statements.filter(({ verdict }) => verdict.state === 'affected');
  const verdicts = affected.flatMap(({ verdict }) => (verdict.state === 'affected' ? [verdict] : []));
  const fixes = verdicts.map(({ fixedIn }) => fixedIn);
  const [first] = affected;
  const isOneRecord = first === undefined || affected.every((statement) => isSameRecord(statement, first));
  // The fix of either archive is enough, whatever the other lacks.
  const isOfOneArchive = affected.every(({ archiveSide }) => archiveSide !== 'base');
  const fixedIn =
    fixes.length === 1 || scheme === undefined
      ? fixes[0]
      : isOneRecord && isOfOneArchive
        ? commonFix(scheme, fixes)
        : leastFix(scheme, fixes, (version) => isClearAt(pkg, version, all));
  if (fixedIn !== undefined) return { fixedIn, fixState: 'fixed' };
  const unfixed = verdicts.find(({ fixState }) => fixState !== 'fixed') ?? verdicts[0];
  if (unfixed === undefined) return {};
  return { fixState: unfixed.fixState === 'fixed' ? 'not-fixed' : unfixed.fixState };
}

/**
 * Whether nothing would be found if the package had another version: a line of builds may be fixed below what the next line needs,
 * and a second erratum may fix what the first one left.
 */
function isClearAt(pkg: Package, version: string, statements: readonly Statement[]): boolean {
  const { source } = pkg;
  const at = { ...pkg, version, ...(source !== undefined && { source: { ...source, version } }) };
  const { deciding } = weigh(
    statements.map(({ input }) => statementOf(at, input)).filter(({ verdict }) => !isSilent(verdict)),
  );
  return deciding?.verdict.state !== 'affected';
}

/**
 * The vendor's severity, else that of the CNA or NVD, else that of the others; of one record what it says of this package
 * before what it says of the vulnerability, and the deciding record first. Malware is as bad as it gets whoever scored it,
 * and what only headers have as harmless.
 */
function severityOf(
  statements: readonly Statement[],
  { scores = [] }: VulnerabilityRef,
  { isMalicious, isHeaders }: { readonly isMalicious: boolean; readonly isHeaders: boolean },
): Pick<Finding, 'severity' | 'score' | 'severitySource'> {
  if (isMalicious) return { severity: 'critical' };
  if (isHeaders) return { severity: 'negligible' };
  const vendors = statements.filter(({ input }) => input.isVendors === true);
  const others = statements.filter(({ input }) => input.isVendors !== true);
  for (const vectors of [...vendors.flatMap(severitiesOf), scores, ...others.flatMap(severitiesOf)]) {
    const { severity, score, source } = chooseSeverity(vectors);
    if (severity === 'unknown') continue;
    return {
      severity,
      ...(source === undefined ? {} : { severitySource: source }),
      ...(score === undefined ? {} : { score }),
    };
  }
  return { severity: 'unknown' };
}

function severitiesOf({ input }: Statement): (readonly SeverityVector[])[] {
  return [input.affected.severities, input.advisory.severities];
}

function otherRecords(deciding: Statement, others: readonly Statement[]): Finding['also'] {
  const records = new Map<string, { feed: string; id: string }>();
  for (const other of others) {
    const { feed, id } = other.input.advisory;
    if (!isSameRecord(other, deciding)) records.set(`${feed} ${id}`, { feed, id });
  }
  return [...records.values()].sort((a, b) => textOrder(a.feed, b.feed) || textOrder(a.id, b.id));
}

/** What one publisher says of a vulnerability it may spread over records: two errata, or one for each component (Chainguard). */
function isOfSameDatabase(a: Statement, b: Statement): boolean {
  const [left, right] = [a.input.advisory, b.input.advisory];
  return left.feed === right.feed && databaseOf(left.id) === databaseOf(right.id);
}

/** Letters of an id without the kind of erratum: `AL` of `ALSA-2024:1` and of `ALBA-2024:2`. */
function databaseOf(id: string): string {
  return /^(?:AL|RH|RL|RX)(?=[SBE]A-)|^[A-Za-z]+/.exec(id)?.[0] ?? id;
}

function isSameRecord(a: Statement, b: Statement): boolean {
  return a.input.advisory.feed === b.input.advisory.feed && a.input.advisory.id === b.input.advisory.id;
}
