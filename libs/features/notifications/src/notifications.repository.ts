import { Inject, Injectable } from '@nestjs/common';
import type { Database, Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { DATABASE } from '@tidewaiter/server';
import { absorbDueUntagged } from './outbox';

/** A message that is ours to send until its lease ends. */
export interface ClaimedNotification {
  readonly id: string;
  readonly subject: string;
  readonly payload: unknown;
  /** 1 for the first. With the id it names this claim: a claim taken over by somebody else has a higher number. */
  readonly attempts: number;
  /** Whoever sent it before died meanwhile, or got no answer: it may have arrived. */
  readonly mayHaveArrived: boolean;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly notification: ClaimedNotification }
  /** Nothing may be sent before then; undefined when nothing waits. */
  | { readonly kind: 'wait'; readonly until: Date | undefined };

export type Settlement =
  | { readonly state: 'sent'; readonly at: Date }
  | { readonly state: 'pending'; readonly dueAt: Date; readonly reason: string; readonly mayHaveArrived: boolean }
  | { readonly state: 'failed'; readonly reason: string };

/** How a channel's rest is remembered: the message that was refused waits, and says so. */
export const restingReason = 'channel-resting';

/** The rows of the outbox, seen from those who send. */
@Injectable()
export class NotificationsRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * The channel's next message, by due time. A channel sends one at a time, whoever sends, and sends nothing while it
   * rests. A lease that ran out belongs to a sender that died: its message is taken over.
   */
  async claimNext(channel: string, { now, leaseMs }: { now: Date; leaseMs: number }): Promise<Claim> {
    return this.database.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`notification ${channel}`}, 0))`;
      const blockedUntil = await this.findBlock(tx, channel, now);
      if (blockedUntil !== undefined) return { kind: 'wait', until: blockedUntil };
      await absorbDueUntagged(tx, channel, now);
      const leaseUntil = new Date(now.getTime() + leaseMs);
      const [notification] = await tx.$queryRaw<ClaimedNotification[]>`
        WITH next AS (
          SELECT id, state FROM notification
           WHERE channel = ${channel}
             AND ((state = 'pending' AND due_at <= ${now}) OR (state = 'sending' AND lease_until <= ${now}))
           ORDER BY due_at, created_at, id LIMIT 1
             FOR UPDATE SKIP LOCKED)
        UPDATE notification n
           SET state = 'sending', attempts = attempts + 1, lease_until = ${leaseUntil},
               may_have_arrived = n.may_have_arrived OR next.state = 'sending'
          FROM next WHERE n.id = next.id
        RETURNING n.id::text, subject, payload, attempts, may_have_arrived AS "mayHaveArrived"`;
      if (notification !== undefined) return { kind: 'claimed', notification };
      return { kind: 'wait', until: await this.findNextDue(tx, channel) };
    });
  }

  /** False when the lease ran out and somebody else has taken the message over. */
  async settle(
    channel: string,
    { id, subject, attempts }: ClaimedNotification,
    settlement: Settlement,
  ): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      const { count } = await tx.notification.updateMany({
        where: { id, attempts, state: 'sending' },
        data: { leaseUntil: null, ...columnsOf(settlement) },
      });
      if (count === 0) return false;
      if (settlement.state === 'sent') {
        await recordActivity(tx, 'notification.sent', { notificationId: id, channel, subject });
      }
      return true;
    });
  }

  private async findBlock(tx: Transaction, channel: string, now: Date): Promise<Date | undefined> {
    const [row] = await tx.$queryRaw<{ until: Date | null }[]>`
      SELECT max(until) AS until FROM (
        SELECT lease_until AS until FROM notification
         WHERE channel = ${channel} AND state = 'sending' AND lease_until > ${now}
        UNION ALL
        SELECT due_at FROM notification
         WHERE channel = ${channel} AND state = 'pending' AND due_at > ${now} AND starts_with(last_error, ${restingReason})
      ) AS block`;
    return row?.until ?? undefined;
  }

  private async findNextDue(tx: Transaction, channel: string): Promise<Date | undefined> {
    const row = await tx.notification.findFirst({
      where: { channel, state: 'pending' },
      orderBy: { dueAt: 'asc' },
      select: { dueAt: true },
    });
    return row?.dueAt;
  }
}

function columnsOf(settlement: Settlement) {
  switch (settlement.state) {
    case 'sent':
      return { state: 'sent', sentAt: settlement.at, lastError: null };
    case 'pending':
      return {
        state: 'pending',
        dueAt: settlement.dueAt,
        lastError: settlement.reason,
        // What one attempt left open no later one settles.
        ...(settlement.mayHaveArrived && { mayHaveArrived: true }),
      };
    case 'failed':
      return { state: 'failed', lastError: settlement.reason };
  }
}
