import type { ImageVerdict } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { bySeverity, severityCounts, severityMark } from './severity-words';
import { context, countOf, header, linesWithin, sections, slackLimits, type SlackMessage } from './slack-message';

const maxFindings = 10;
const maxImages = 5;

/** What was pushed, what is new in it, the worst of it with its fix, and what could not be judged. */
export function composeImageVerdict(verdict: ImageVerdict, publicUrl: string): SlackMessage {
  const title = headline(verdict);
  const body = [verdictLine(verdict), ...sinceLine(verdict)];
  const findings = findingLines(verdict);
  const doubts = doubtLines(verdict);
  const blocks = [
    header(title),
    ...sections(body),
    ...sections(findings),
    ...sections(doubts),
    context(`${subjectLine(verdict)} · ${link(publicUrl + verdict.links.image, 'Open in Tidewaiter')}`),
  ];
  // The doubts are escaped already.
  const text = [escaped(title, slackLimits.header), ...doubts.slice(0, 1)].join('. ');
  return { text, blocks, unfurl_links: false, unfurl_media: false };
}

function headline(verdict: ImageVerdict): string {
  const name = plain(nameOf(verdict), 90);
  const total = totalOf(verdict);
  const { previous, images } = verdict;
  if (images.every(isUnread)) return `${name} could not be judged`;
  if (previous !== undefined && previous.opened > 0) return `${countOf(previous.opened, 'new finding')} in ${name}`;
  if (total === 0) {
    return isWhole(verdict)
      ? `${name}: no known vulnerabilities`
      : `${name}: nothing found, but not all could be judged`;
  }
  if (previous !== undefined && previous.fixed > 0) return `${name}: ${previous.fixed} fixed, ${total} left`;
  if (previous !== undefined) return `${name}: nothing new, ${countOf(total, 'known finding')}`;
  return `${name}: ${severityCounts(verdict.counts).slice(0, 2).join(', ')}`;
}

function verdictLine(verdict: ImageVerdict): string {
  const { counts, fixable, packages, images } = verdict;
  const total = totalOf(verdict);
  const among = packages === undefined ? '' : ` in ${countOf(packages, 'package')}`;
  if (images.every(isUnread)) return 'Nothing in it was judged.';
  if (total === 0)
    return isWhole(verdict) ? `No known vulnerability${among}.` : `No known vulnerability in what was judged${among}.`;
  const [worst = '', ...rest] = severityCounts(counts);
  const fixes =
    fixable === 0
      ? 'none has a fix yet'
      : `${fixable.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} can be fixed by an update`;
  return `${[`*${worst}*`, ...rest].join(' · ')}${among}; ${fixes}.`;
}

function sinceLine({ previous }: ImageVerdict): readonly string[] {
  if (previous === undefined) return [];
  const { digest, opened, fixed } = previous;
  return [`Since the image before (${code(shortDigest(digest), 40)}): *${opened} new*, ${fixed} fixed.`];
}

function findingLines(verdict: ImageVerdict): readonly string[] {
  const worstFirst = [...verdict.findings].sort(
    (a, b) => Number(b.isNew ?? false) - Number(a.isNew ?? false) || bySeverity(a, b),
  );
  const shown = worstFirst.slice(0, maxFindings).map((finding) => {
    const { severity, vulnerability, package: pkg, fixedIn, score, isNew } = finding;
    const repair = fixedIn === undefined ? 'no fix yet' : `fixed in ${code(fixedIn, 80)}`;
    const rating = score === undefined ? '' : ` (${score.toFixed(1)})`;
    const mark = `${severityMark(severity)}${rating}${isNew === true ? ' _new_' : ''}`;
    return `${mark} ${code(vulnerability, 80)} in ${code(`${pkg.name} ${pkg.version}`, 160)}, ${repair}`;
  });
  const more = Math.max(totalOf(verdict), worstFirst.length) - shown.length;
  return linesWithin(shown, { total: 6_000, more });
}

/** What is not known, said as plainly as what is. */
function doubtLines({ images, undetermined, problems, packages }: ImageVerdict): readonly string[] {
  const lines: string[] = [];
  const doubtful = images.filter((image) => image.state !== 'scanned' || !image.complete);
  for (const { platform, digest, state, reason } of doubtful.slice(0, maxImages)) {
    const image = code(platform ?? shortDigest(digest), 60);
    const why = reason === undefined ? '' : `: ${escaped(reason, 300)}`;
    if (state === 'unsupported') lines.push(`⚠️ ${image} is not supported and was not judged${why}`);
    else if (state === 'failed') lines.push(`⚠️ ${image} is not sound and was not judged${why}`);
    else lines.push(`⚠️ ${image} was read only in part; what was not read is not judged${why}`);
  }
  if (doubtful.length > maxImages)
    lines.push(`⚠️ … and ${countOf(doubtful.length - maxImages, 'more image')} not judged in full`);
  if (problems > 0) lines.push(`⚠️ ${countOf(problems, 'problem')} while reading`);
  if (undetermined > 0) lines.push(`⚠️ ${countOf(undetermined, 'possible finding')} could not be decided`);
  if (packages === 0 && doubtful.length === 0)
    lines.push('⚠️ No package was recognised in it, so nothing could be judged');
  return lines;
}

function isUnread({ state }: ImageVerdict['images'][number]): boolean {
  return state === 'unsupported' || state === 'failed';
}

function subjectLine(verdict: ImageVerdict): string {
  const platforms = [...new Set(verdict.images.flatMap(({ platform }) => (platform === undefined ? [] : [platform])))];
  const shown = platforms.slice(0, maxImages).map((platform) => escaped(platform, 40));
  const more = platforms.length > shown.length ? [`${platforms.length - shown.length} more`] : [];
  const where = code(`${verdict.registry}/${nameOf(verdict)}`, 500);
  return [
    where,
    code(shortDigest(verdict.digest), 40),
    ...(platforms.length === 0 ? [] : [[...shown, ...more].join(', ')]),
  ].join(' · ');
}

/** Everything in every image was read and something was there to be judged. */
function isWhole({ images, problems, undetermined, packages }: ImageVerdict): boolean {
  const isRead = images.every((image) => image.state === 'scanned' && image.complete);
  return isRead && problems === 0 && undetermined === 0 && packages !== 0;
}

function totalOf({ counts }: ImageVerdict): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function nameOf({ repository, tag, digest }: ImageVerdict): string {
  return tag === undefined ? `${repository}@${shortDigest(digest)}` : `${repository}:${tag}`;
}

function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  return `${algorithm}:${hex.slice(0, 12)}`;
}
