import type { Problem } from '@tidewaiter/contracts';
import type { Result } from '@tidewaiter/kit';
import type { RegistryEvent } from './registry-event';

/** One call of a webhook. */
export interface HookCall {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The secret in the address, for senders that can set no header. */
  readonly querySecret: string | undefined;
  readonly body: Buffer;
}

/** What is known of the registry that a call says to come from. */
export interface HookTarget {
  /** Its host, with the port when it is none of the usual. */
  readonly loginServer: string;
  /** Without it no secret is right. */
  readonly secret: string | undefined;
  /** Azure's id of the registry; without it the name in an id must be that of the login server. */
  readonly resourceId?: string | undefined;
  /** Checks a token of Microsoft Entra; absent when none is accepted. */
  readonly checkToken?: ((token: string) => Promise<Problem | undefined>) | undefined;
}

export interface HookEvents {
  readonly events: readonly RegistryEvent[];
  /** Events of the call that could not be read or are not the registry's; the others count all the same. */
  readonly problems: readonly Problem[];
  /** What the sender wants to hear before it sends events. */
  readonly handshake?: Handshake;
}

export interface Handshake {
  readonly validationCode: string;
  /** Asking it is another way to say yes. */
  readonly validationUrl?: string;
}

/** Somebody who tells what happens in a registry. */
export interface HookSource {
  /** Its word in addresses and rows. */
  readonly id: string;
  readonly maxBodyBytes: number;
  /**
   * Undefined when the call is authentic.
   * @throws OperationalError when that cannot be told at the moment
   */
  authenticate(call: HookCall, target: HookTarget): Promise<Problem | undefined>;
  /** The JSON in the body, where the body may be something else. */
  jsonOf?(call: HookCall): string;
  /** Reads the body, JSON already parsed. */
  read(document: unknown, call: HookCall, target: HookTarget): Result<HookEvents, Problem>;
}
