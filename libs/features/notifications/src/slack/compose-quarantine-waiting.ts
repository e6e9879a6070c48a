import type { QuarantineWaiting } from '../notifications.schema';
import { code, escaped, link, plain } from './mrkdwn';
import { context, countOf, header, sections, slackLimits, type SlackMessage } from './slack-message';

const reasonChars = 200;

/** Images that nobody can pull, since when and why. */
export function composeQuarantineWaiting(waiting: QuarantineWaiting, publicUrl: string): SlackMessage {
  const { registry, since, count, images } = waiting;
  const time = since.slice(0, 16).replace('T', ' ');
  const title = `${countOf(count, 'image')} of ${plain(registry, 60)} in quarantine since ${time} UTC and not decided`;
  const lines = images.map(({ name, reason }) => `${code(name, 100)}: ${escaped(reason, reasonChars)}`);
  return {
    text: escaped(title, slackLimits.header),
    blocks: [
      header(title),
      ...sections(['Nobody can pull what waits in quarantine.', ...lines]),
      context(link(`${publicUrl}/api/v1/actions?state=waiting`, 'What waits')),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}
