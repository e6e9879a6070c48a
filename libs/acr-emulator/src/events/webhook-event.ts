import type { WebhookAction } from '../options';

export interface WebhookTarget {
  readonly mediaType: string;
  readonly size?: number;
  readonly digest: string;
  readonly length?: number;
  readonly repository: string;
  readonly tag?: string;
}

export interface WebhookEvent {
  readonly id: string;
  readonly timestamp: string;
  readonly action: WebhookAction;
  readonly target: WebhookTarget;
  readonly request: { readonly id: string; readonly host: string; readonly method: string; readonly useragent: string };
}

/** A test delivery: it is about no image, and nobody subscribes to it. */
export interface WebhookPing {
  readonly id: string;
  readonly timestamp: string;
  readonly action: 'ping';
}
