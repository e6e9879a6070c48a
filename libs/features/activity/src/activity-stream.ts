import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { listen, type Listener } from '@tidewaiter/db';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';
import { ActivityLog, type LoggedEvent } from './activity-log';
import { activityChannel } from './record-activity';

export interface ActivityStreamOptions {
  readonly databaseUrl: string;
}

/** Injects ActivityStreamOptions. */
export const ACTIVITY_STREAM_OPTIONS = Symbol('ActivityStreamOptions');

/** An event as it goes to a subscriber. */
export interface StreamedEvent extends LoggedEvent {
  /**
   * Where to resume: every event up to this id has been streamed. Ids are given when a transaction writes and seen when it
   * commits, so an event can come after one with a higher id, and resuming after the last id seen would lose it.
   */
  readonly resumeId: bigint;
}

export interface Subscriber {
  onEvent(event: StreamedEvent): void;
  /** The process stops. */
  onEnd(): void;
}

export interface Subscription {
  /** What was streamed before, to be told apart from what comes. */
  readonly resumeId: bigint;
  close(): void;
}

/** No transaction of ours is open longer (libs/db sets 60 s; the recording of a scan takes up to 120). */
const openForMs = 150_000;
/** A notice that was not heard is made up for by looking. */
const lookEveryMs = 10_000;
const pageSize = 500;

/** Passes on events as they are committed, read once however many subscribers there are. */
@Injectable()
export class ActivityStream implements OnModuleDestroy {
  private readonly subscribers = new Set<Subscriber>();
  /** Events after resumeId that were streamed already, with the time that was noticed. */
  private readonly streamed = new Map<bigint, number>();
  private resumeId: bigint | undefined;
  private starting: Promise<bigint> | undefined;
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private isClosed = false;

  constructor(
    private readonly log: ActivityLog,
    @Inject(ACTIVITY_STREAM_OPTIONS) private readonly options: ActivityStreamOptions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Nothing is listened to before somebody subscribes. */
  async subscribe(subscriber: Subscriber): Promise<Subscription> {
    await (this.starting ??= this.start());
    if (this.isClosed) subscriber.onEnd();
    else this.subscribers.add(subscriber);
    return { resumeId: this.resumeId ?? 0n, close: () => void this.subscribers.delete(subscriber) };
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    for (const subscriber of this.subscribers) subscriber.onEnd();
    this.subscribers.clear();
    await this.listener?.close();
    await this.looking;
  }

  private async start(): Promise<bigint> {
    try {
      const resumeId = await this.log.settledId(openForMs);
      this.resumeId = resumeId;
      // What is there already is history; subscribers ask the log for it.
      await this.look(() => undefined);
      if (this.isClosed) return resumeId;
      this.listener = listen({
        url: this.options.databaseUrl,
        channel: activityChannel,
        applicationName: 'tidewaiter events',
        logger: this.logger,
        onMessage: () => this.wake(),
        onListening: () => this.wake(),
      });
      this.timer = setInterval(() => this.wake(), lookEveryMs);
      return resumeId;
    } catch (error) {
      // The next subscriber tries again.
      this.starting = undefined;
      throw error;
    }
  }

  /** One look at a time; notices that come meanwhile ask for one more. */
  private wake(): void {
    if (this.isClosed) return;
    this.lookAgain = true;
    this.looking ??= this.lookWhileAsked().finally(() => {
      this.looking = undefined;
    });
  }

  private async lookWhileAsked(): Promise<void> {
    while (this.lookAgain && !this.isClosed) {
      this.lookAgain = false;
      try {
        await this.look((event) => this.tell(event));
      } catch (error) {
        // The next notice or the timer looks again.
        this.logger.warn('event log unreadable', { error: messageOf(error) });
      }
    }
  }

  private async look(tell: (event: LoggedEvent) => void): Promise<void> {
    let after = this.resumeId ?? 0n;
    for (;;) {
      const page = await this.log.findAfter(after, pageSize);
      const fresh = page.filter(({ id }) => !this.streamed.has(id));
      const now = Date.now();
      for (const { id } of fresh) this.streamed.set(id, now);
      this.advance(now);
      for (const event of fresh) tell(event);
      after = page.at(-1)?.id ?? after;
      if (page.length < pageSize) return;
    }
  }

  /**
   * Moves resumeId over what was streamed without a gap. A gap is an event that is not committed yet, or one that never will
   * be; after the time a transaction may take it is the latter.
   */
  private advance(now: number): void {
    let resumeId = this.resumeId ?? 0n;
    for (const id of [...this.streamed.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      const isNext = id === resumeId + 1n;
      const seenAt = this.streamed.get(id) ?? now;
      if (!isNext && now - seenAt < openForMs) break;
      this.streamed.delete(id);
      resumeId = id;
    }
    this.resumeId = resumeId;
  }

  private tell(event: LoggedEvent): void {
    const settled = this.resumeId ?? 0n;
    // What follows in the same page has not been told yet.
    const streamedEvent = { ...event, resumeId: event.id < settled ? event.id : settled };
    for (const subscriber of this.subscribers) subscriber.onEvent(streamedEvent);
  }
}
