import type { FeedFrozen } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { context, countOf, header, sections, slackLimits, type SlackMessage } from './slack-message';

/** Releases are over for their source: which, and what that means for images that have them. */
export function composeFeedFrozen(
  { feed, since, releases, releaseCount }: FeedFrozen,
  publicUrl: string,
): SlackMessage {
  const [first = ''] = releases;
  const what = releaseCount === 1 ? plain(first, 60) : countOf(releaseCount, 'release');
  const title = `Advisories of ${plain(feed, 60)} say nothing of ${what} any more`;
  const omitted = releaseCount - releases.length;
  const more = omitted > 0 ? ` and ${omitted.toLocaleString('en-US')} more` : '';
  const named = `Since ${since.slice(0, 16).replace('T', ' ')} UTC: ${releases.map((each) => code(each, 100)).join(', ')}${more}.`;
  const meaning =
    'What was said last still counts. Vulnerabilities that become known from now on are not found in images with ' +
    `${releaseCount === 1 ? 'this release' : 'these releases'}: that nothing new is found there does not mean that nothing is.`;
  return {
    text: escaped(title, slackLimits.header),
    blocks: [header(title), ...sections([named, meaning]), context(link(publicUrl, 'Open Tidewaiter'))],
    unfurl_links: false,
    unfurl_media: false,
  };
}
