export { isQueueFailing } from './check-watched-registry';
export { matchesGlob } from './glob';
export { ManageRegistriesModule } from './manage-registries.module';
export { pauseRecord, PauseRecord } from './pause.schema';
export { RegistriesModule } from './registries.module';
export { RegistryAccess } from './registry-access';
export { RequestBudget } from './request-budget';
export { RegistryDirectory, type KnownRegistry } from './registry-directory';
export {
  isRefusal,
  isWithoutList,
  type ListedManifest,
  type ListedTag,
  type RepositoryContent,
} from './repository-content';
export { ofRegistry } from './registry-at-fault';
export { tryUnansweredAgain } from './try-failed-again';
export { walkEveryMs, walkKey, walkWithin } from './planned-walks';
export { excludedPlatforms, namesPlatforms, scopeOf, type PlatformRow, type ScopeEntry } from './scope';
