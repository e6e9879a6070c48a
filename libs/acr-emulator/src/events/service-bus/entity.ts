import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';

export interface EntityOptions {
  readonly lockMs: number;
  /** A message that was locked this often and not completed is moved to the dead letters. */
  readonly maxDeliveryCount: number;
  /** Where it is moved to; without it it stays. */
  readonly deadLetters?: Entity;
}

export interface LockedMessage {
  readonly message: Message;
  readonly token: string;
  readonly until: Date;
}

interface Message {
  readonly id: string;
  readonly sequenceNumber: number;
  readonly body: Buffer;
  readonly enqueuedAt: Date;
  deliveryCount: number;
  lock: { readonly token: string; until: number } | undefined;
}

/** A queue, or a subscription of a topic: messages in the order in which they came, each locked for a while when it is received. */
export class Entity {
  private readonly messages = new Map<number, Message>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private lastNumber = 0;

  constructor(private readonly options: EntityOptions) {}

  /** Locked ones included. */
  get size(): number {
    this.releaseExpired();
    return this.messages.size;
  }

  put(body: Buffer, id: string): void {
    this.lastNumber += 1;
    const enqueuedAt = new Date();
    const message = { id, sequenceNumber: this.lastNumber, body, enqueuedAt, deliveryCount: 0, lock: undefined };
    this.messages.set(this.lastNumber, message);
    this.changes.emit('change');
  }

  /** The next one that is not locked, waited for that long; undefined when there is none, or nobody waits any more. */
  async lockNext(waitMs: number, signal: AbortSignal): Promise<LockedMessage | undefined> {
    const deadline = Date.now() + waitMs;
    while (!signal.aborted) {
      this.releaseExpired();
      const next = [...this.messages.values()].find(({ lock }) => lock === undefined);
      if (next !== undefined) return this.lock(next);
      const now = Date.now();
      if (now >= deadline) return undefined;
      await this.change(Math.min(deadline, ...this.lockEnds()) - now, signal);
    }
    return undefined;
  }

  /** False when the lock is lost, as for the others below. */
  complete(idOrNumber: string, token: string): boolean {
    const message = this.locked(idOrNumber, token);
    return message !== undefined && this.messages.delete(message.sequenceNumber);
  }

  unlock(idOrNumber: string, token: string): boolean {
    const message = this.locked(idOrNumber, token);
    if (message !== undefined) this.release(message);
    return message !== undefined;
  }

  renew(idOrNumber: string, token: string): Date | undefined {
    const lock = this.locked(idOrNumber, token)?.lock;
    if (lock === undefined) return undefined;
    lock.until = Date.now() + this.options.lockMs;
    return new Date(lock.until);
  }

  /** As if the time of every lock had passed. */
  expireLocks(): void {
    for (const message of this.messages.values()) if (message.lock !== undefined) this.release(message);
  }

  private lock(message: Message): LockedMessage {
    const lock = { token: randomUUID(), until: Date.now() + this.options.lockMs };
    message.lock = lock;
    message.deliveryCount += 1;
    return { message, token: lock.token, until: new Date(lock.until) };
  }

  private locked(idOrNumber: string, token: string): Message | undefined {
    this.releaseExpired();
    return [...this.messages.values()].find(
      ({ id, sequenceNumber, lock }) =>
        lock?.token === token && (id === idOrNumber || String(sequenceNumber) === idOrNumber),
    );
  }

  private releaseExpired(): void {
    const now = Date.now();
    for (const message of this.messages.values())
      if (message.lock !== undefined && message.lock.until <= now) this.release(message);
  }

  private release(message: Message): void {
    message.lock = undefined;
    const { deadLetters, maxDeliveryCount } = this.options;
    if (deadLetters !== undefined && message.deliveryCount >= maxDeliveryCount) {
      this.messages.delete(message.sequenceNumber);
      deadLetters.put(message.body, message.id);
    }
    this.changes.emit('change');
  }

  private lockEnds(): readonly number[] {
    return [...this.messages.values()].flatMap(({ lock }) => (lock === undefined ? [] : [lock.until]));
  }

  /** Until a message comes or is released, the time is over, or nobody waits any more. */
  private async change(ms: number, signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    // It fails in one way only: the time is over, which the caller looks at.
    await once(this.changes, 'change', { signal: over }).catch(() => undefined);
  }
}
