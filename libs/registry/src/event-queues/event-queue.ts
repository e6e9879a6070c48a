/** Where events of Event Grid wait until they are fetched, for receivers that nobody outside can reach. */
export interface EventQueue {
  readonly kind: QueueKind;
  /** `HOST/PATH`: its address without what may be secret in it. */
  readonly place: string;
  /** Whether a key or a signature in its address lets us in, and not the identity of the machine. */
  readonly isByKey: boolean;
  /**
   * Whether a message waits; none is kept from others. A Service Bus counts it as one of the times that its first message was fetched.
   * @throws OperationalError as receive() does
   */
  peek(signal: AbortSignal): Promise<boolean>;
  /**
   * Some messages, hidden from others for a while; none when there are none.
   * @throws OperationalError `event-queue-*`, which says what to do: the role that is missing, when to come again
   */
  receive(signal: AbortSignal): Promise<readonly QueuedMessage[]>;
  /**
   * It is done with: it will not come again.
   * @throws OperationalError `event-queue-lock-lost` when it was hidden no longer, so that it does come again
   */
  complete(message: QueuedMessage): Promise<void>;
}

export interface QueuedMessage {
  readonly id: string;
  /** How often it has been fetched, this time included. */
  readonly attempts: number;
  /** JSON: one event, in whichever schema. Of what is longer than an event can be, the beginning. */
  readonly body: Buffer;
  /** What the queue knows it by, this time. */
  readonly receipt: string;
}

export type QueueKind = 'storage-queue' | 'service-bus';

/** A service that has such queues. Each is a folder here, and a line in kinds.ts. */
export interface EventQueueKind {
  /** Whether it is an address of this kind: the first kind that says so opens it. */
  knows(address: string): boolean;
  /** Asks nobody yet. @throws UserError `event-queue-address-invalid`, without the address: there may be a secret in it */
  open(address: string): Promise<EventQueue>;
}
