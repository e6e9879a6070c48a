import {
  normalizeAdvisoryName,
  type AdvisoryKey,
  type AdvisoryMatchInput,
  type AffectedPackage,
  type AffectedRange,
  type Evidence,
  type Package,
  type Verdict,
} from '@tidewaiter/contracts';
import { ecosystemOf, isReleaseMissing, schemeForEcosystem } from '@tidewaiter/ecosystems';
import { semver, type VersionScheme } from '@tidewaiter/versions';
import { commonFix } from './fix';
import { evaluateRange, holdsEverything, type RangeAnswer } from './range';
import { isFixOfLaterMinor, speaksOf } from './scope';

/** Reasons that callers may tell apart; the others are sentences. */
export const reasons = {
  withdrawn: 'withdrawn',
  otherPackage: 'the record is about another package',
  notAffected: 'explicitly not affected',
  notAffectedBuild: 'its vendor says that it is not affected',
  investigated: 'its vendor is still investigating whether it is affected',
  outside: 'outside the affected ranges',
  notListed: 'not among the affected versions',
  noVersions: 'the record names neither versions nor ranges',
} as const;

/**
 * One package against one affected entry of one record, as OSV defines it: affected when the version is listed or lies in
 * a range. What cannot be read or compared is undetermined, never affected and never clean.
 */
export function judge(pkg: Package, input: AdvisoryMatchInput): Verdict {
  const { advisory, affected } = input;
  if (advisory.withdrawn !== undefined) return { state: 'not-affected', reason: reasons.withdrawn };
  const subject = subjectOf(pkg, affected);
  if (subject === undefined || !speaksOf(pkg, affected)) {
    return { state: 'not-affected', reason: reasons.otherPackage };
  }
  const verdict = withVendorsWord(judgeSubject(subject, affected), affected);
  if (!isReleaseMissing(pkg) || verdict.state !== 'affected') return verdict;
  return {
    state: 'undetermined',
    reason: `the image does not say its distro release; the package is affected if it is ${affected.ecosystem}`,
    evidence: verdict.evidence,
  };
}

/** What the vendor says of the versions in range; of all others the ranges have said everything. */
function withVendorsWord(verdict: Verdict, { status }: AffectedPackage): Verdict {
  if (verdict.state !== 'affected' || status === undefined) return verdict;
  const { evidence } = verdict;
  if (status === 'not-affected') return { state: 'not-affected', reason: reasons.notAffectedBuild, evidence };
  if (status === 'under-investigation') return { state: 'undetermined', reason: reasons.investigated, evidence };
  return { state: 'affected', fixState: status, evidence };
}

/** The side of the package that a record speaks of. */
interface Subject {
  readonly version: string;
  readonly of: 'package' | 'source';
  readonly name: string;
  /** Undefined where we do not know how the ecosystem orders versions. */
  readonly scheme: VersionScheme | undefined;
  readonly isDistros: boolean;
}

/**
 * Distro advisories name the source package: then its version is judged, which is not the binary's after a rebuild
 * ("1.2-3+b1" is built from "1.2-3").
 */
function subjectOf(pkg: Package, affected: AffectedPackage): Subject | undefined {
  if (!keysOf(pkg).some((key) => key.ecosystem === affected.ecosystem && key.name === affected.name)) return undefined;
  const own = ecosystemOf(pkg);
  const scheme = own?.scheme ?? schemeForEcosystem(pkg.ecosystem);
  const isDistros = own?.distro !== undefined;
  const { source } = pkg;
  if (source !== undefined && normalizeAdvisoryName(pkg.ecosystem, source.name) === affected.name) {
    const isEpochKnown = scheme?.id !== 'rpm' || source.version.includes(':');
    return {
      version: source.version,
      of: 'source',
      name: source.name,
      scheme: isEpochKnown ? scheme : withoutEpochs(scheme),
      isDistros,
    };
  }
  return { version: pkg.version, of: 'package', name: pkg.name, scheme, isDistros };
}

/**
 * The name of a source package's file has no epoch, and a binary's may be another one. Where it is not known no epoch is
 * compared: one that is only in the advisory would make every version look affected.
 */
function withoutEpochs(scheme: VersionScheme): VersionScheme {
  return { ...scheme, parse: (text) => scheme.parse(text.replace(/^\d+:/, '')) };
}

function keysOf(pkg: Package): readonly AdvisoryKey[] {
  const ecosystem = ecosystemOf(pkg);
  if (ecosystem !== undefined) return ecosystem.lookupKeys(pkg);
  return [{ ecosystem: pkg.ecosystem, name: normalizeAdvisoryName(pkg.ecosystem, pkg.name) }];
}

function judgeSubject(subject: Subject, affected: AffectedPackage): Verdict {
  const answers = affected.ranges.map((range) => answerOf(subject, range));
  const inside = answers.filter((answer) => answer.state === 'inside');
  const [first] = inside;
  if (first !== undefined) {
    const fixedIn =
      subject.scheme === undefined
        ? undefined
        : commonFix(
            subject.scheme,
            inside.map((answer) => answer.fixedIn),
          );
    const evidence = evidenceOf(subject, affected, first.text);
    return fixedIn === undefined
      ? { state: 'affected', fixState: 'not-fixed', evidence }
      : { state: 'affected', fixedIn, fixState: 'fixed', evidence };
  }
  if (affected.versions.includes(subject.version) || isListedInOtherWords(subject, affected)) {
    const evidence = evidenceOf(subject, affected, `= ${subject.version} (listed)`);
    return { state: 'affected', fixState: 'not-fixed', evidence };
  }
  return judgeOutside(subject, affected, answers);
}

/**
 * RubyGems' 2.4 is the version that is installed as 2.4.0, and Go's 1.0.0 is v1.0.0 in a program. Distributions write what they list
 * as it is installed, and their lists are long: where there is a range as well, they are not read once more.
 */
function isListedInOtherWords({ scheme, version, isDistros }: Subject, { versions, ranges }: AffectedPackage): boolean {
  if (scheme === undefined || (isDistros && ranges.length > 0)) return false;
  const own = scheme.parse(version);
  if (!own.ok) return false;
  return versions.some((listed) => {
    const other = scheme.parse(listed);
    return other.ok && scheme.compare(own.value, other.value) === 0;
  });
}

/** Neither listed nor inside a range. */
function judgeOutside(subject: Subject, affected: AffectedPackage, answers: readonly RangeAnswer[]): Verdict {
  if (affected.versions.length === 0 && answers.length === 0) {
    return { state: 'undetermined', reason: reasons.noVersions };
  }
  const open = answers.find((answer) => answer.state === 'undetermined');
  // Where versions cannot be ordered at all, a list of the affected ones is the whole answer.
  const isSettledByList = subject.scheme === undefined && affected.versions.length > 0;
  if (open !== undefined && !isSettledByList) {
    return {
      state: 'undetermined',
      reason: open.reason,
      evidence: evidenceOf(subject, affected, rangesText(affected)),
    };
  }
  const fixes = answers.flatMap((answer) =>
    answer.state === 'outside' && answer.fixedIn !== undefined ? [answer.fixedIn] : [],
  );
  const [fix] = fixes;
  if (fix !== undefined) {
    const { ecosystem } = affected;
    const isUntold = fixes.every((each) => isFixOfLaterMinor(ecosystem, { build: subject.version, fix: each }));
    if (!isUntold) return { state: 'not-affected', reason: `fixed in ${fix}` };
    return {
      state: 'undetermined',
      reason: `the fix ${fix} is of a later minor release, and nothing is said of the one that ${subject.version} was built for`,
      evidence: evidenceOf(subject, affected, rangesText(affected)),
    };
  }
  if (answers.length === 0 || isSettledByList) return { state: 'not-affected', reason: reasons.notListed };
  const isEmpty = answers.every((answer) => answer.state === 'empty');
  return { state: 'not-affected', reason: isEmpty ? reasons.notAffected : reasons.outside };
}

function answerOf(subject: Subject, range: AffectedRange): RangeAnswer {
  if (holdsEverything(range)) return { state: 'inside', text: '>= 0' };
  const scheme = schemeOf(subject, range);
  if (scheme === undefined) {
    return { state: 'undetermined', reason: 'the order of versions in this ecosystem is not known' };
  }
  const version = scheme.parse(subject.version);
  if (!version.ok) {
    return { state: 'undetermined', reason: `the installed version cannot be read: ${version.error.message}` };
  }
  return evaluateRange(scheme, range, version.value);
}

/**
 * A SEMVER range is ordered by SemVer whatever the ecosystem. Some have that order themselves, and their own scheme also knows
 * how their versions are written: what "go1.21rc2" is in SemVer's terms, that an action's "v4" is no version at all,
 * and that Bitnami's "7.2.0-3" is no pre-release.
 */
function schemeOf(subject: Subject, range: AffectedRange): VersionScheme | undefined {
  return range.type === 'SEMVER' && !ownSemver.has(subject.scheme?.id) ? semver : subject.scheme;
}

const ownSemver: ReadonlySet<string | undefined> = new Set(['bitnami', 'github-actions', 'go', 'npm']);

function evidenceOf(subject: Subject, affected: AffectedPackage, range: string): Evidence {
  const { version, of, name, scheme } = subject;
  return { version, of, name, ecosystem: affected.ecosystem, scheme: scheme?.id ?? 'none', range };
}

/** The events as the record states them, for what could not be evaluated. */
export function rangesText(affected: AffectedPackage): string {
  return affected.ranges
    .map((range) =>
      range.events
        .slice(0, 20)
        .map((event) => Object.entries(event).flat().join(' '))
        .join(', '),
    )
    .join(' or ')
    .slice(0, 500);
}
