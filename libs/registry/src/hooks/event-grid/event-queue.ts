/** Where events of Event Grid wait until they are fetched, for receivers that nobody outside can reach. */
export interface EventQueue {
  /** Some messages, hidden from others for a while; none when there are none. */
  receive(signal: AbortSignal): Promise<readonly QueuedMessage[]>;
  /** It is done with: it will not come again. */
  complete(message: QueuedMessage): Promise<void>;
}

export interface QueuedMessage {
  readonly id: string;
  /** How often it has been fetched, this time included. */
  readonly attempts: number;
  /** JSON: one event, in whichever schema. */
  readonly body: Buffer;
  /** What the queue knows it by, this time. */
  readonly receipt: string;
}
