/** What a registry told us, whichever registry it is and in whatever words. */
export type RegistryEvent = ContentEvent | NoticeEvent;

interface EventOrigin {
  /** Id of the hook source that told it. */
  readonly source: string;
  /** The sender's id of the event; the same for a delivery that came twice. */
  readonly eventId: string;
  /** When it happened, as the sender wrote it (more digits than a Date holds); absent when it did not say. */
  readonly occurredAt?: string;
  /** Login server, when the sender names it; a replica's name is turned into its registry's. */
  readonly host?: string;
  /** The replica that tells it, when the sender names it. */
  readonly region?: string;
}

export interface ContentEvent extends EventOrigin {
  /** `quarantine` is a push of something that is held back until somebody releases it. */
  readonly action: 'push' | 'delete' | 'quarantine' | 'chart-push' | 'chart-delete';
  readonly repository: string;
  /** Absent for a push by digest and for the deletion of a manifest. */
  readonly tag?: string;
  /** With the tag it is absent for the deletion of a whole repository. */
  readonly digest?: string;
  readonly mediaType?: string;
}

/** It speaks of the way events come, and of no content. */
export interface NoticeEvent extends EventOrigin {
  readonly action: 'ping' | 'subscription-validation' | 'subscription-deletion';
}
