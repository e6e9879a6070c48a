import type { Problem } from '@tidewaiter/contracts';
import { messageOf, ok, type Result } from '@tidewaiter/kit';
import { parseAcrWebhook, parseDistributionNotification, type RegistryEvent } from '@tidewaiter/registry';

/** Whose webhook a route takes; the last part of its path names the registry. */
export const hookSources = ['acr', 'distribution'] as const;
export type HookSource = (typeof hookSources)[number];

export interface HookEvents {
  readonly events: readonly RegistryEvent[];
  /** Events of the call that could not be read; the others count all the same. */
  readonly problems: readonly Problem[];
}

export function parseHook(source: HookSource, body: Buffer): Result<HookEvents, Problem> {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return { ok: false, error: { code: 'hook-not-json', message: `The body is not JSON: ${messageOf(error)}` } };
  }
  if (source === 'distribution') return parseDistributionNotification(document);
  const event = parseAcrWebhook(document);
  return event.ok ? ok({ events: [event.value], problems: [] }) : event;
}
