import type { TagMoved } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { context, header, sections, slackLimits, type SlackMessage } from './slack-message';

/** A tag that must not move did: where it points to now, where it was, who saw it and when. */
export function composeTagMoved(moved: TagMoved, publicUrl: string): SlackMessage {
  const { registry, repository, tag, digest, previousDigest, source, seenAt } = moved;
  const title = `Protected tag ${plain(`${repository}:${tag}`, 100)} ${digest === undefined ? 'is gone' : 'was moved'}`;
  const lines = [
    ...(digest === undefined ? [] : [`It points to ${code(digest, 100)}.`]),
    ...(previousDigest === undefined ? [] : [`It pointed to ${code(previousDigest, 100)}.`]),
    `Seen in ${code(registry, 100)} by ${plain(source, 20)} at ${seenAt.slice(0, 16).replace('T', ' ')} UTC.`,
  ];
  return {
    text: escaped(title, slackLimits.header),
    blocks: [header(title), ...sections(lines), context(link(publicUrl, 'Open Tidewaiter'))],
    unfurl_links: false,
    unfurl_media: false,
  };
}
