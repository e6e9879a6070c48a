export { renderConfigurationPage } from './documentation';
export { configInvalidExitCode, readConfig } from './read-config';
export { rereadRegistries } from './reread-registries';
export { defineSlice, optional, type Slice, type SliceValue } from './slice';
export { advisoriesConfig, type AdvisoriesConfig } from './slices/advisories';
export { apiConfig, type ApiConfig } from './slices/api';
export { cliConfig, type CliConfig } from './slices/cli';
export { databaseConfig, type DatabaseConfig } from './slices/database';
export { dataDirConfig, type DataDirConfig } from './slices/data-dir';
export { httpConfig, type HttpConfig } from './slices/http';
export { knownBasesConfig, type KnownBase, type KnownBasesConfig } from './slices/known-bases';
export { logConfig, type LogConfig } from './slices/log';
export { networkConfig, type NetworkConfig } from './slices/network';
export { publicUrlConfig, type PublicUrlConfig } from './slices/public-url';
export { redisConfig, type RedisConfig } from './slices/redis';
export { registriesConfig, type RegistriesConfig, type SecretKey } from './slices/registries';
export {
  endpointFault,
  queueAddressFault,
  tierFault,
  registrySettings,
  ScopeRules,
  type ActuatorRules,
  type RegistryConfig,
  type ScopeRule,
} from './slices/registry-definition';
export { retentionConfig, type RetentionConfig } from './slices/retention';
export { slackConfig, type SlackConfig } from './slices/slack';
export { queueNames, workerConfig, type QueueName, type WorkerConfig } from './slices/worker';
export { text, urlOf } from './value';
