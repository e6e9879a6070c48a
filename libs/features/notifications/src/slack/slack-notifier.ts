import { UserError } from '@tidewaiter/kit';
import type { NotificationPayload } from '../notifications.schema';
import type { Notifier, SendOptions, SendOutcome } from '../notifier';
import { composeSlack } from './compose-slack';
import { context, slackLimits, type SlackMessage } from './slack-message';

export interface SlackNotifierOptions {
  /** A secret: whoever knows it can post. It is never logged and never part of an outcome. */
  readonly webhookUrl: string;
  /** The one host messages are posted to. */
  readonly allowedHost: string;
  readonly publicUrl: string;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;
const maxAnswerLength = 500;
/** When Slack says "too many" without saying for how long. */
const defaultRestMs = 30_000;
const maxRestMs = 3_600_000;

/** Posts to an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackNotifier(options: SlackNotifierOptions): Notifier {
  const { webhookUrl, allowedHost, publicUrl, timeoutMs = defaultTimeoutMs } = options;
  if (new URL(webhookUrl).host !== allowedHost) {
    throw new UserError('slack-host-not-allowed', `the Slack webhook is not on ${allowedHost}; set SLACK_ALLOWED_HOST`);
  }
  return {
    channel: 'slack',
    send: (payload, sending) => send(payload, { webhookUrl, publicUrl, timeoutMs, ...sending }),
  };
}

interface Target extends SendOptions {
  readonly webhookUrl: string;
  readonly publicUrl: string;
  readonly timeoutMs: number;
}

async function send(payload: NotificationPayload, target: Target): Promise<SendOutcome> {
  const { webhookUrl, publicUrl, timeoutMs, mayHaveArrived } = target;
  const message = composeSlack(payload, publicUrl);
  const body = JSON.stringify(mayHaveArrived ? sentAgain(message) : message);
  try {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      // Another host was not configured, so it is not contacted.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return refusalOf(response, await answerOf(response, webhookUrl));
    // Accepted: whatever happens to the rest of the answer changes nothing.
    void response.body?.cancel().catch(ignoreRest);
    return { kind: 'sent' };
  } catch (error) {
    return { kind: 'unavailable', reason: failureOf(error, timeoutMs), mayHaveArrived: !isUnsent(error) };
  }
}

/** Its last block makes room where a message has as many as there may be. */
function sentAgain({ text, blocks, ...message }: SlackMessage): SlackMessage {
  const note = 'Perhaps sent for the second time: of the first it is not known whether it arrived.';
  const kept = blocks.slice(0, slackLimits.blocks - 1);
  return {
    ...message,
    text: `${text.slice(0, slackLimits.text - note.length - 3)} (${note})`,
    blocks: [...kept, context(note)],
  };
}

function refusalOf({ status, headers }: Response, answer: string): SendOutcome {
  const reason = `slack-${String(status)}: ${answer}`;
  if (status === 429) {
    return {
      kind: 'rate-limited',
      retryAfterMs: restMs(headers.get('retry-after')),
      reason: `slack-429: too many messages`,
    };
  }
  if (status >= 500 || status === 408) return { kind: 'unavailable', reason, mayHaveArrived: lostOnTheWay.has(status) };
  if (status >= 300 && status < 400)
    return { kind: 'rejected', reason: `slack-redirected: answered ${String(status)}; redirects are not followed` };
  return { kind: 'rejected', reason };
}

/**
 * The first words of the answer, such as `invalid_payload`. They end at the first slash, so that an answer that repeats the
 * address, or a part of it, gives nothing away.
 */
async function answerOf(response: Response, webhookUrl: string): Promise<string> {
  if (response.body === null) return 'no explanation';
  let text = '';
  const decoder = new TextDecoder();
  // The DOM's type of a body leaves open what its chunks are.
  const chunks: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the rest of the body.
    if (text.length >= maxAnswerLength) break;
  }
  const token = new URL(webhookUrl).pathname.split('/').at(-1) ?? '';
  const words = (token === '' ? text : text.replaceAll(token, '[webhook]')).split('/', 1)[0] ?? '';
  const shown = words.replace(/[\p{C}\s]+/gu, ' ').trim();
  return shown === '' ? 'no explanation' : shown.slice(0, maxAnswerLength);
}

function restMs(retryAfter: string | null): number {
  if (retryAfter === null || !/^\d{1,6}$/.test(retryAfter)) return defaultRestMs;
  return Math.min(Math.max(Number(retryAfter) * 1_000, 1_000), maxRestMs);
}

/** A gateway got no answer, or none that it understood. */
const lostOnTheWay = new Set([502, 504]);

/** No connection came about, so nothing was sent. Everything else leaves open what became of the message. */
function isUnsent(error: unknown): boolean {
  const code = textAt(causeOf(error), 'code') ?? '';
  return unsent.has(code) || /CERT|^ERR_TLS/.test(code);
}

const unsent = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** From the name and code of the failure only: messages of other libraries may hold the address. */
function failureOf(error: unknown, timeoutMs: number): string {
  if (textAt(error, 'name') === 'TimeoutError') return `slack-timeout: no answer within ${String(timeoutMs)} ms`;
  return `slack-unreachable: ${textAt(causeOf(error), 'code') ?? textAt(error, 'name') ?? 'no reason given'}`;
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}

function textAt(value: unknown, property: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, property) : undefined;
  return typeof found === 'string' ? found : undefined;
}

function ignoreRest(): void {
  // The connection is gone, which ends the answer as well.
}
