export { RegistriesModule } from './registries.module';
export { RegistryAccess } from './registry-access';
export { RequestBudget } from './request-budget';
export { RegistryDirectory, type KnownRegistry } from './registry-directory';
