import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { messageOf, silentLogger, UserError, type Logger } from '@tidewaiter/kit';
import { NotificationPayload } from './notifications.schema';
import {
  NotificationsRepository,
  restingReason,
  type ClaimedNotification,
  type Settlement,
} from './notifications.repository';
import { NOTIFIERS, type Notifier, type SendOutcome } from './notifier';

export interface DispatchOutcome {
  readonly sent: number;
  /** Put back, to be sent later. */
  readonly deferred: number;
  /** Given up, with the reason in the row. */
  readonly failed: number;
  /** When the next look is worth it; undefined when nothing waits. */
  readonly nextAt: Date | undefined;
}

/** Slack takes about one message a second per webhook. */
const paceMs = 1_100;
/** Longer than a notifier may take. */
const leaseMs = 60_000;
const firstWaitMs = 5_000;
const lastWaitMs = 15 * 60_000;
/** More than a day at the longest wait. */
const maxAttempts = 120;
/** A message due later than this is left to the next run. */
const drainAheadMs = 25_000;
const drainForMs = 60_000;

/**
 * Sends what waits in the outbox. A message is marked as being sent before it is sent and as sent afterwards; when the
 * sender dies in between, its lease ends and the message is sent again. So it is never lost, and it can arrive twice only
 * when the process dies, or the answer is lost, between the other side's acceptance and our commit; then the second says so.
 */
@Injectable()
export class DispatchNotifications {
  constructor(
    private readonly repository: NotificationsRepository,
    @Inject(NOTIFIERS) private readonly notifiers: readonly Notifier[],
  ) {}

  /** Sends at most one message per channel: the next one that is due. */
  async dispatchDue(now: Date, logger = silentLogger): Promise<DispatchOutcome> {
    return together(await Promise.all(this.notifiers.map((notifier) => this.dispatchNext(notifier, { now, logger }))));
  }

  /** Sends what is due on a channel, at its pace, for up to a minute. Meant for the job `notification.send`. */
  async drain(channel: string, { signal, logger }: { signal: AbortSignal; logger: Logger }): Promise<DispatchOutcome> {
    const notifier = this.notifiers.find((candidate) => candidate.channel === channel);
    if (notifier === undefined) {
      throw new UserError(
        'channel-not-configured',
        `there is no channel "${channel}"; its messages wait until there is`,
      );
    }
    const until = Date.now() + drainForMs;
    const outcomes: DispatchOutcome[] = [];
    for (;;) {
      const outcome = await this.dispatchNext(notifier, { now: new Date(), logger });
      outcomes.push(outcome);
      const waitMs = waitOf(outcome);
      if (waitMs === undefined || Date.now() + waitMs > until) return { ...together(outcomes), nextAt: outcome.nextAt };
      // In short steps: while this waits for a message that is held back, another that is due at once may come in.
      // The signal says why it was raised; the timer does not.
      await sleep(Math.min(waitMs, paceMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  private async dispatchNext(
    notifier: Notifier,
    { now, logger }: { now: Date; logger: Logger },
  ): Promise<DispatchOutcome> {
    const { channel } = notifier;
    const claim = await this.repository.claimNext(channel, { now, leaseMs });
    if (claim.kind === 'wait') return { sent: 0, deferred: 0, failed: 0, nextAt: claim.until };
    const { notification } = claim;
    const settlement = settlementOf(await sendTo(notifier, notification), { attempts: notification.attempts, now });
    const fields = {
      channel,
      notificationId: notification.id,
      subject: notification.subject,
      attempt: notification.attempts,
    };
    const isOurs = await this.settle(channel, notification, settlement);
    if (!isOurs) logger.warn('notification taken over by another sender', fields);
    else if (settlement.state === 'sent') logger.info('notification sent', fields);
    else if (settlement.state === 'pending')
      logger.warn('notification deferred', { ...fields, reason: settlement.reason });
    else logger.error('notification failed', { ...fields, reason: settlement.reason });
    return {
      sent: settlement.state === 'sent' ? 1 : 0,
      deferred: settlement.state === 'pending' ? 1 : 0,
      failed: settlement.state === 'failed' ? 1 : 0,
      nextAt: new Date(now.getTime() + paceMs),
    };
  }

  /** Tried again when the database hiccups: what has been sent should not be sent again for that. */
  private async settle(channel: string, notification: ClaimedNotification, settlement: Settlement): Promise<boolean> {
    for (const waitMs of [100, 500, 2_000]) {
      try {
        return await this.repository.settle(channel, notification, settlement);
      } catch {
        // The last try below says what is wrong.
        await sleep(waitMs);
      }
    }
    return this.repository.settle(channel, notification, settlement);
  }
}

async function sendTo(notifier: Notifier, { payload, mayHaveArrived }: ClaimedNotification): Promise<SendOutcome> {
  const parsed = NotificationPayload.safeParse(payload);
  if (!parsed.success) {
    return { kind: 'rejected', reason: 'payload-unreadable: it was written by another version of the program' };
  }
  try {
    return await notifier.send(parsed.data, { mayHaveArrived });
  } catch (error) {
    return { kind: 'unavailable', reason: `notifier-broke: ${messageOf(error)}`, mayHaveArrived: true };
  }
}

function settlementOf(outcome: SendOutcome, { attempts, now }: { attempts: number; now: Date }): Settlement {
  const inMs = (waitMs: number): Date => new Date(now.getTime() + waitMs);
  switch (outcome.kind) {
    case 'sent':
      return { state: 'sent', at: now };
    case 'rejected':
      return { state: 'failed', reason: outcome.reason };
    case 'rate-limited':
      return {
        state: 'pending',
        dueAt: inMs(outcome.retryAfterMs),
        reason: `${restingReason}: ${outcome.reason}`,
        mayHaveArrived: false,
      };
    case 'unavailable':
      if (attempts >= maxAttempts)
        return { state: 'failed', reason: `gave up after ${String(attempts)} attempts: ${outcome.reason}` };
      return {
        state: 'pending',
        dueAt: inMs(backoffMs(attempts)),
        reason: outcome.reason,
        mayHaveArrived: outcome.mayHaveArrived,
      };
  }
}

/** Doubles up to a quarter of an hour; between half and all of that, so that not everything comes back at once. */
function backoffMs(attempts: number): number {
  const fullMs = Math.min(firstWaitMs * 2 ** (attempts - 1), lastWaitMs);
  return fullMs * (0.5 + Math.random() / 2);
}

function waitOf({ nextAt }: DispatchOutcome): number | undefined {
  if (nextAt === undefined) return undefined;
  const waitMs = Math.max(nextAt.getTime() - Date.now(), 0);
  return waitMs > drainAheadMs ? undefined : waitMs;
}

function together(outcomes: readonly DispatchOutcome[]): DispatchOutcome {
  const sum = (field: 'sent' | 'deferred' | 'failed'): number =>
    outcomes.reduce((total, outcome) => total + outcome[field], 0);
  const times = outcomes.flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt.getTime()]));
  return {
    sent: sum('sent'),
    deferred: sum('deferred'),
    failed: sum('failed'),
    nextAt: times.length === 0 ? undefined : new Date(Math.min(...times)),
  };
}
