import type { Rematch, VulnerabilityChange } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { bySeverity, severityMark } from './severity-words';
import { context, countOf, header, linesWithin, sections, slackLimits, type SlackMessage } from './slack-message';

const maxNames = 4;

/** What has become known about images that were scanned before: what is new first, the worst of it first. */
export function composeRematch(rematch: Rematch, publicUrl: string): SlackMessage {
  const changes = [...rematch.vulnerabilities].sort(
    (a, b) => order.indexOf(a.change) - order.indexOf(b.change) || bySeverity(a, b) || b.imageCount - a.imageCount,
  );
  const title = headline(changes, rematch.omitted);
  const lines = linesWithin(changes.map(changeLine), { total: 10_500, more: rematch.omitted });
  const isAboutStatements = changes.some(({ change }) => change === 'suppression-withdrawn');
  const source = isAboutStatements
    ? 'Statements (VEX) changed'
    : rematch.feed === undefined
      ? 'Advisories changed'
      : `Advisories of ${code(rematch.feed, 100)} changed`;
  const blocks = [
    header(title),
    ...sections(lines),
    context(`${source}; no image was pulled again · ${link(publicUrl, 'Open Tidewaiter')}`),
  ];
  return {
    text: escaped(title, slackLimits.header),
    blocks,
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** What asks for action first. */
const order: readonly VulnerabilityChange['change'][] = [
  'known-exploited',
  'opened',
  'suppression-withdrawn',
  'epss-crossed',
  'severity-changed',
  'fix-withdrawn',
  'fix-available',
  'verdict-changed',
  'closed',
];

function headline(changes: readonly VulnerabilityChange[], omitted: number): string {
  const [first] = changes;
  if (first === undefined) return 'Vulnerabilities changed';
  if (changes.length === 1 && omitted === 0) return single(first);
  const opened = changes.filter((change) => change.change === 'opened');
  const atLeast = omitted > 0 ? 'At least ' : '';
  if (opened.length > 0)
    return `${atLeast}${countOf(opened.length, 'new vulnerability', 'new vulnerabilities')} in images you have, the worst ${severityWord(first)}`;
  const changed = countOf(changes.length + omitted, 'known vulnerability', 'known vulnerabilities');
  const exploited = changes.filter((change) => change.change === 'known-exploited');
  if (exploited.length > 0)
    return `${atLeast}${countOf(exploited.length, 'vulnerability', 'vulnerabilities')} in images you have now known to be exploited`;
  if (changes.every((change) => change.change === 'closed')) return `${changed} no longer found`;
  if (changes.every((change) => change.change === 'fix-available')) return `A fix is now available for ${changed}`;
  return `${changed} changed`;
}

function single(change: VulnerabilityChange): string {
  const name = plain(change.vulnerability, 60);
  const images = countOf(change.imageCount, 'image');
  switch (change.change) {
    case 'opened':
      return `${name} (${severityWord(change)}) affects ${images}`;
    case 'closed':
      return `${name} no longer affects ${images}`;
    case 'severity-changed':
      return `${name} is now ${severityWord(change)}, in ${images}`;
    case 'fix-available':
      return `A fix for ${name} is available, for ${images}`;
    case 'fix-withdrawn':
      return `There is no fix for ${name} any more, for ${images}`;
    case 'known-exploited':
      return `${name} is now exploited in the wild, in ${images}`;
    case 'epss-crossed':
      return `${name} is now likely to be attacked, in ${images}`;
    case 'suppression-withdrawn':
      return `Nobody vouches any more for ${name} (${severityWord(change)}) in ${images}`;
    case 'verdict-changed':
      return `${name}: the verdict changed for ${images}`;
  }
}

function severityWord({ severity }: VulnerabilityChange): string {
  return severity === 'unknown' ? 'severity unknown' : severity;
}

function changeLine(change: VulnerabilityChange): string {
  const { vulnerability, severity, score, summary } = change;
  const rating = score === undefined ? '' : ` (${score.toFixed(1)})`;
  const about = summary === undefined ? '' : `\n      ${escaped(summary, 160)}`;
  const where = change.imageCount === 0 ? '' : `\n      in ${namesOf(change.images, change.imageCount, 'image')}`;
  return `${severityMark(severity)}${rating} ${code(vulnerability, 80)} ${changeWord(change)}: ${packagesOf(change)}${about}${where}`;
}

function changeWord({ change, previousSeverity }: VulnerabilityChange): string {
  switch (change) {
    case 'opened':
      return '_new_';
    case 'closed':
      return 'no longer found';
    case 'severity-changed':
      return previousSeverity === undefined ? 'severity changed' : `severity changed from ${previousSeverity}`;
    case 'fix-available':
      return '*fix available*';
    case 'fix-withdrawn':
      return '*the fix was taken back*';
    case 'known-exploited':
      return '*known to be exploited*';
    case 'epss-crossed':
      return '*likely to be attacked*';
    case 'suppression-withdrawn':
      return '*nobody vouches for it any more*';
    case 'verdict-changed':
      return 'verdict changed';
  }
}

function packagesOf({ change, packages, packageCount }: VulnerabilityChange): string {
  const shown = packages.slice(0, maxNames).map(({ name, version, fixedIn }) => {
    const repair = fixedIn === undefined ? 'no fix yet' : `fixed in ${code(fixedIn, 60)}`;
    const named = code(`${name} ${version}`, 100);
    return change === 'closed' ? named : `${named} (${repair})`;
  });
  return [...shown, ...andMore(Math.max(packageCount, packages.length) - shown.length, 'package')].join(', ');
}

function namesOf(names: readonly string[], total: number, noun: string): string {
  const shown = names.slice(0, maxNames).map((name) => code(name, 150));
  const more = andMore(Math.max(total, names.length) - shown.length, noun);
  return shown.length === 0 ? countOf(total, noun) : [...shown, ...more].join(', ');
}

function andMore(count: number, noun: string): readonly string[] {
  return count > 0 ? [`and ${countOf(count, `more ${noun}`)}`] : [];
}
