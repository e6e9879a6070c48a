import type { FeedFailing } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { context, countOf, header, sections, slackLimits, type SlackMessage } from './slack-message';

const reasonChars = 1_000;

/** A source has failed for too long: since when, why, and what is judged by meanwhile. */
export function composeFeedFailing({ feed, since, reason, records }: FeedFailing, publicUrl: string): SlackMessage {
  const title = `Advisories of ${plain(feed, 60)} could not be read since ${since.slice(0, 16).replace('T', ' ')} UTC`;
  const kept = `What ${code(feed, 100)} said then still counts (${countOf(records, 'record')}); what became known since does not.`;
  return {
    text: escaped(title, slackLimits.header),
    blocks: [
      header(title),
      ...sections([kept, ...(reason === undefined ? [] : [`Why: ${code(reason, reasonChars)}`])]),
      context(link(publicUrl, 'Open Tidewaiter')),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}
