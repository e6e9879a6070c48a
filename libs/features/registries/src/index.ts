export { RegistriesModule } from './registries.module';
export { RegistryAccess } from './registry-access';
export { RegistryDirectory, type KnownRegistry } from './registry-directory';
