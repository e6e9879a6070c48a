import { readConfig } from './read-config';
import { registriesConfig } from './slices/registries';
import type { RegistryConfig } from './slices/registry-definition';

/**
 * The registries as the configuration and the files of its secrets are now; the environment is that of the start.
 * @throws UserError `config-invalid` as at the start
 */
export function rereadRegistries(): readonly RegistryConfig[] {
  return readConfig({ registries: registriesConfig }).registries.registries;
}
