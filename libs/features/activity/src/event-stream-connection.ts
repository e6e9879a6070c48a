import type { ServerResponse } from 'node:http';
import type { ActivityKind } from './activity.schema';
import type { ActivityLog, LoggedEvent } from './activity-log';
import type { StreamedEvent, Subscriber, Subscription } from './activity-stream';

export interface ConnectionOptions {
  /** Only these; all when left out. */
  readonly kinds?: readonly ActivityKind[] | undefined;
  /** Where the client left off. */
  readonly resumeAfter?: bigint | undefined;
  readonly heartbeatMs?: number;
  readonly maxBufferedBytes?: number;
  /** After this the client has to connect again, and show its key again. */
  readonly maxAgeMs?: number;
}

const pageSize = 500;
/** A client that missed more than this has to load what it shows anew. */
const maxReplayed = 5_000;
const retryMs = 2_000;
const defaults = { heartbeatMs: 15_000, maxBufferedBytes: 1_048_576, maxAgeMs: 30 * 60_000 };

/**
 * One client of the event stream: first what it missed, then what happens. A client that does not read is cut off; it comes
 * back and resumes. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreamConnection implements Subscriber {
  private readonly limits: typeof defaults;
  /** Live events that wait for the replay to end. */
  private held: StreamedEvent[] | undefined = [];
  private resumeId = 0n;
  /** Sent by the replay, and not yet known to the stream or still held. */
  private readonly replayed = new Set<bigint>();
  private wasFullAtHeartbeat = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: ConnectionOptions,
  ) {
    this.limits = { ...defaults, ...options };
  }

  onEvent(event: StreamedEvent): void {
    if (this.held === undefined) this.live(event);
    else this.held.push(event);
  }

  onEnd(): void {
    this.response.end();
  }

  /** Resolves when the connection has ended. */
  async run(subscription: Subscription, log: ActivityLog): Promise<void> {
    const { response } = this;
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    response.on('error', ignoreBrokenPipe);
    this.resumeId = subscription.resumeId;
    const heartbeat = setInterval(() => this.heartbeat(), this.limits.heartbeatMs);
    const end = setTimeout(() => response.end(), this.limits.maxAgeMs);
    try {
      await this.begin(log);
      if (!response.destroyed) await closed;
    } finally {
      clearInterval(heartbeat);
      clearTimeout(end);
      subscription.close();
      response.destroy();
    }
  }

  private async begin(log: ActivityLog): Promise<void> {
    const { resumeAfter } = this.options;
    this.write(`retry: ${String(retryMs)}\n${resumeAfter === undefined ? `id: ${this.resumeId}\n` : ''}\n`);
    if (resumeAfter !== undefined) await this.replay(log, resumeAfter);
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of held) this.live(event);
  }

  private async replay(log: ActivityLog, resumeAfter: bigint): Promise<void> {
    const settled = this.resumeId;
    let after = resumeAfter;
    let count = 0;
    while (!this.response.destroyed) {
      const page = await log.findAfter(after, pageSize);
      for (const event of page) {
        // The stream does not come back to what is settled.
        if (event.id > settled) this.replayed.add(event.id);
        this.send(event, event.id < settled ? event.id : settled);
      }
      after = page.at(-1)?.id ?? after;
      count += page.length;
      if (page.length < pageSize) return;
      if (count >= maxReplayed) {
        this.write(`event: stream.gap\nid: ${settled}\ndata: {"reason":"too many events were missed; load anew"}\n\n`);
        return;
      }
      await this.drained();
    }
  }

  private live(event: StreamedEvent): void {
    this.resumeId = event.resumeId;
    if (!this.replayed.delete(event.id)) this.send(event, event.resumeId);
  }

  private send({ event }: LoggedEvent, resumeId: bigint): void {
    const { kinds } = this.options;
    if (kinds !== undefined && !kinds.some((kind) => kind === event.kind)) return;
    this.write(`event: ${event.kind}\nid: ${resumeId}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Keeps proxies from closing the connection, and tells where to resume when filtered events went by. */
  private heartbeat(): void {
    const isFull = this.response.writableNeedDrain;
    if (isFull && this.wasFullAtHeartbeat) this.response.destroy();
    this.wasFullAtHeartbeat = isFull;
    if (this.held === undefined) this.write(`: heartbeat\nid: ${this.resumeId}\n\n`);
    else this.write(': heartbeat\n\n');
  }

  private write(text: string): void {
    const { response, limits } = this;
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > limits.maxBufferedBytes) response.destroy();
  }

  /** During the replay the client sets the pace. A client that stops reading is ended by the heartbeat. */
  private async drained(): Promise<void> {
    const { response } = this;
    if (!response.writableNeedDrain || response.destroyed) return;
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      response.once('close', resolve);
    });
  }
}

function ignoreBrokenPipe(): void {
  // The client is gone; 'close' follows and ends the connection.
}
