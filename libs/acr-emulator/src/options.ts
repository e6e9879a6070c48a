import type { Logger } from '@tidewaiter/kit';
import type { DisturbanceRates } from './disturbance-rates.schema';
import type { EventDisturbanceRates } from './events/event-disturbances.schema';
import type { ThrottlingOptions } from './throttling';

/** Webhook actions the emulator fires. */
export type WebhookAction = 'push' | 'delete' | 'quarantine';

export interface EmulatorUser {
  readonly username: string;
  readonly password: string;
  /** The admin user has two, so that one can be changed while the other is in use. */
  readonly secondPassword?: string;
  /**
   * What the user may do, in the words of token scopes: `repository:team/*:pull,push`, `registry:catalog:*`. A repository
   * name may end in `*`. Everything when left out.
   */
  readonly scopes?: readonly string[];
}

export type ScopeMapAction = 'content/read' | 'content/write' | 'content/delete' | 'metadata/read' | 'metadata/write';

/** A repository-scoped token: a user name with up to two passwords that may end. */
export interface EmulatorToken {
  readonly name: string;
  readonly passwords: readonly { readonly value: string; /** RFC 3339. */ readonly expiry?: string }[];
  /** Repository, `team/*` or `*` -> what may be done there. */
  readonly scopeMap: Readonly<Record<string, readonly ScopeMapAction[]>>;
  readonly disabled?: boolean;
}

export type RoleName =
  | 'AcrPull'
  | 'AcrPush'
  | 'AcrDelete'
  | 'AcrQuarantineReader'
  | 'AcrQuarantineWriter'
  | 'Reader'
  | 'Contributor'
  | 'Owner'
  | 'Container Registry Repository Reader'
  | 'Container Registry Repository Writer'
  | 'Container Registry Repository Contributor'
  | 'Container Registry Repository Catalog Lister';

/** `rbac-abac`: AcrPull and its like are ignored, repositories are opened one by one and listing them is a role of its own. */
export type RoleAssignmentMode = 'rbac' | 'rbac-abac';

export interface EmulatorRoleAssignment {
  readonly role: RoleName;
  /** The condition: repository names, or prefixes as `team/*`. All repositories when left out. */
  readonly repositories?: readonly string[];
}

/** An Entra identity by the object id in its tokens. It is known when it has an entry here, even one that may do nothing. */
export interface EmulatorIdentity {
  readonly subject: string;
  /** A made-up token that `/oauth2/exchange` takes for it, where no Entra is at hand. */
  readonly accessToken?: string;
  /** As for a user. Everything when neither these nor roles are given. */
  readonly scopes?: readonly string[];
  readonly roles?: readonly EmulatorRoleAssignment[];
}

/** Whose tokens of Microsoft Entra ID are believed: an Entra emulator is one. */
export interface EntraTrust {
  /** The object id of a token for one of these audiences; undefined when it is forged, over, or for something else. */
  subjectOf(token: string, audiences: readonly string[]): string | undefined;
}

/** Who may do what. Can be replaced while the emulator runs. */
export interface EmulatorAccess {
  readonly users: readonly EmulatorUser[];
  readonly tokens?: readonly EmulatorToken[];
  readonly identities?: readonly EmulatorIdentity[];
  readonly anonymousPull?: boolean;
  readonly roleAssignmentMode?: RoleAssignmentMode;
  readonly entra?: EntraTrust;
  /** What Entra tokens must be for: the registry's own audience and Azure Resource Manager when left out. */
  readonly audiences?: readonly string[];
}

export interface EmulatorWebhook {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly actions: readonly WebhookAction[];
  /** `` everything, `repo:*` every tag, `repo:tag` one tag, `repo` the tag `latest`. */
  readonly scope: string;
}

/** A subscription of Event Grid to the registry's events. */
export interface EmulatorEventSubscription {
  readonly name: string;
  readonly url: string;
  readonly schema: 'eventgrid' | 'cloudevents';
  /** Delivery properties, such as a secret or a bearer token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Waits before it is tried again, then it is given up; Azure's own when left out. */
  readonly retryDelaysMs?: readonly number[];
  readonly timeoutMs?: number;
}

export interface AcrEmulatorOptions extends EmulatorAccess {
  /** Everything is kept below it; it is made when missing and belongs to one emulator at a time. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** The name it says it is (service of the challenge, webhook host). The address it listens at when left out. */
  readonly loginServer?: string;
  readonly webhooks?: readonly EmulatorWebhook[];
  /** The quarantine policy; can be switched while it runs. */
  readonly quarantine?: boolean;
  /** The soft delete policy: what is deleted can be restored for so many days, 1 to 90. */
  readonly softDelete?: { readonly retentionDays: number };
  readonly eventSubscriptions?: readonly EmulatorEventSubscription[];
  /** Azure's id of the registry, the topic of its events. One with the name of the login server when left out. */
  readonly resourceId?: string;
  /** What happens to events on their way; can be changed while it runs. */
  readonly eventDisturbances?: EventDisturbanceRates;
  /** PEM. Without it the emulator speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers blob downloads with a redirect to a second listener, as ACR does to its storage. */
  readonly dataEndpoint?: boolean;
  /** How long a link to a blob works; ACR's do for 20 minutes. */
  readonly dataLinkSeconds?: number;
  /** Refuses requests beyond the budgets of a tier; nothing is counted when left out. Can be switched while it runs. */
  readonly throttling?: ThrottlingOptions;
  /** What goes wrong; can be changed while it runs. */
  readonly disturbances?: DisturbanceRates;
  readonly accessTokenSeconds?: number;
  readonly refreshTokenSeconds?: number;
  readonly webhookTimeoutMs?: number;
  readonly maxBlobBytes?: number;
  readonly logger?: Logger;
}
