/** What a registry told us, whichever registry it is and in whatever words. */
export type RegistryEvent = ContentEvent | PingEvent;

interface EventOrigin {
  readonly source: 'acr' | 'distribution';
  /** The sender's id of the event; the same for a delivery that came twice. */
  readonly eventId: string;
  /** When it happened, as the sender wrote it (more digits than a Date holds); absent when it did not say. */
  readonly occurredAt?: string;
  /** Login server, when the sender names it. */
  readonly host?: string;
}

export interface ContentEvent extends EventOrigin {
  readonly action: 'push' | 'delete' | 'quarantine' | 'chart-push' | 'chart-delete';
  readonly repository: string;
  /** Absent for a push by digest and for the deletion of a manifest. */
  readonly tag?: string;
  readonly digest?: string;
  readonly mediaType?: string;
}

/** A test delivery; it speaks of no content. */
export interface PingEvent extends EventOrigin {
  readonly action: 'ping';
}
