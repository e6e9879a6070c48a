import { assertNever } from '@tidewaiter/kit';
import type { NotificationPayload } from '../notifications.schema';
import { composeFeedFailing } from './compose-feed-failing';
import { composeFeedFrozen } from './compose-feed-frozen';
import { composeImageVerdict } from './compose-image-verdict';
import { composeQuarantineWaiting } from './compose-quarantine-waiting';
import { composeRematch } from './compose-rematch';
import { composeTagMoved } from './compose-tag-moved';
import type { SlackMessage } from './slack-message';

/** The message for a payload, within every limit of Slack. `publicUrl` has no slash at its end. */
export function composeSlack(payload: NotificationPayload, publicUrl: string): SlackMessage {
  switch (payload.kind) {
    case 'image-verdict':
      return composeImageVerdict(payload, publicUrl);
    case 'rematch':
      return composeRematch(payload, publicUrl);
    case 'feed-failing':
      return composeFeedFailing(payload, publicUrl);
    case 'feed-frozen':
      return composeFeedFrozen(payload, publicUrl);
    case 'tag-moved':
      return composeTagMoved(payload, publicUrl);
    case 'quarantine-waiting':
      return composeQuarantineWaiting(payload, publicUrl);
    default:
      return assertNever(payload);
  }
}
