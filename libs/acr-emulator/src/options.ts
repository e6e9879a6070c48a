import type { Logger } from '@tidewaiter/kit';
import type { DisturbanceRates } from './disturbance-rates.schema';
import type { ThrottlingOptions } from './throttling';

/** Webhook actions the emulator fires. */
export type WebhookAction = 'push' | 'delete';

export interface EmulatorUser {
  readonly username: string;
  readonly password: string;
  /**
   * What the user may do, in the words of token scopes: `repository:team/*:pull,push`, `registry:catalog:*`. A repository
   * name may end in `*`. Everything when left out.
   */
  readonly scopes?: readonly string[];
}

/** An Entra identity: `accessToken` is the token that `/oauth2/exchange` takes for it. */
export interface EmulatorIdentity {
  readonly subject: string;
  readonly accessToken: string;
  readonly scopes?: readonly string[];
}

export interface EmulatorWebhook {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly actions: readonly WebhookAction[];
  /** `` everything, `repo:*` every tag, `repo:tag` one tag, `repo` the tag `latest`. */
  readonly scope: string;
}

export interface AcrEmulatorOptions {
  /** Everything is kept below it; it is made when missing and belongs to one emulator at a time. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** The name it says it is (service of the challenge, webhook host). The address it listens at when left out. */
  readonly loginServer?: string;
  readonly users: readonly EmulatorUser[];
  readonly identities?: readonly EmulatorIdentity[];
  readonly anonymousPull?: boolean;
  readonly webhooks?: readonly EmulatorWebhook[];
  /** PEM. Without it the emulator speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers blob downloads with a redirect to a second listener, as ACR does to its storage. */
  readonly dataEndpoint?: boolean;
  /** How long a link to a blob works; ACR's do for 20 minutes. */
  readonly dataLinkSeconds?: number;
  /** Refuses requests beyond the budgets of a tier; nothing is counted when left out. */
  readonly throttling?: ThrottlingOptions;
  /** What goes wrong; can be changed while it runs. */
  readonly disturbances?: DisturbanceRates;
  readonly accessTokenSeconds?: number;
  readonly refreshTokenSeconds?: number;
  readonly webhookTimeoutMs?: number;
  readonly maxBlobBytes?: number;
  readonly logger?: Logger;
}
