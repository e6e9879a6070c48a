import type { RegistryConfig } from '@tidewaiter/config';
import { jsonbValue } from '@tidewaiter/db';
import { settingsOf } from './registry-settings.schema';

/** What of a description its row shows, whoever wrote it. Rules of scope are columns of their own: the ledger asks for them. */
export function rowOf(config: RegistryConfig) {
  return {
    kind: config.kind,
    url: config.endpoint,
    settings: jsonbValue(settingsOf(config)),
    scope: jsonbValue(config.scope ?? []),
    protectedTags: [...(config.protectedTags ?? [])],
  };
}
