import type { NotificationPayload } from './notifications.schema';

/** One place people are told at. */
export interface Notifier {
  /** The channel of the outbox it serves. */
  readonly channel: string;
  /** Ends within `notifierTimeoutMs` and never throws for what the other side does. */
  send(payload: NotificationPayload, options: SendOptions): Promise<SendOutcome>;
}

export interface SendOptions {
  /** It may have arrived already, and says so: people are not to look for a second image. */
  readonly mayHaveArrived: boolean;
}

/** Reasons are `code: text`, safe to show, and hold no secret. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** The other side wants nothing on this channel for so long. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number; readonly reason: string }
  /** Not now. Where the answer was lost, and not the way there, it may have arrived. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly mayHaveArrived: boolean }
  /** Never, however often it is sent. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** Injects the configured notifiers. */
export const NOTIFIERS = Symbol('Notifiers');
