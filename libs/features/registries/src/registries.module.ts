import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import type { RegistryConfig } from '@tidewaiter/config';
import { RegistryAccess } from './registry-access';
import { RegistryDirectory } from './registry-directory';
import { RequestBudget } from './request-budget';

const REGISTRY_CONFIGS = Symbol('RegistryConfigs');

@Module({})
export class RegistriesModule implements OnModuleInit {
  constructor(
    private readonly directory: RegistryDirectory,
    @Inject(REGISTRY_CONFIGS) private readonly configs: readonly RegistryConfig[],
  ) {}

  static forRoot(configs: readonly RegistryConfig[]): DynamicModule {
    return {
      module: RegistriesModule,
      global: true,
      providers: [RegistryDirectory, RequestBudget, RegistryAccess, { provide: REGISTRY_CONFIGS, useValue: configs }],
      exports: [RegistryDirectory, RegistryAccess],
    };
  }

  async onModuleInit(): Promise<void> {
    await this.directory.configure(this.configs);
  }
}
