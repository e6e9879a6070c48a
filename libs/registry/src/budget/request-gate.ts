/** What a registry counts apart. A listing of referrers counts as a read as well. */
export type Operation = 'read' | 'referrers';

/** Decides when a request may be sent to a registry. Shared by whoever uses the same registry with the same identity. */
export interface RequestGate {
  /** Answers when one more request may be sent. */
  pass(operation: Operation, signal: AbortSignal | undefined): Promise<void>;
  /** The registry refused a request as one too many (429). */
  refused(operation: Operation, retryAfterSeconds: number | undefined): Promise<void>;
}

export function operationOf(url: URL): Operation {
  return /^\/v2\/.+\/referrers\/[^/]+$/.test(url.pathname) ? 'referrers' : 'read';
}
