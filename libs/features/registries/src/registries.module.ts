import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import type { RegistriesConfig } from '@tidewaiter/config';
import { RegistryAccess } from './registry-access';
import { RegistryDirectory } from './registry-directory';
import { RequestBudget } from './request-budget';
import { Keyring } from './sealing';
import { StoredRegistries } from './stored-registries';

const REGISTRIES_CONFIG = Symbol('RegistriesConfig');

@Module({})
export class RegistriesModule implements OnModuleInit {
  constructor(
    private readonly directory: RegistryDirectory,
    private readonly stored: StoredRegistries,
    @Inject(REGISTRIES_CONFIG) private readonly config: RegistriesConfig,
  ) {}

  static forRoot(config: RegistriesConfig): DynamicModule {
    return {
      module: RegistriesModule,
      global: true,
      providers: [
        RegistryDirectory,
        RequestBudget,
        RegistryAccess,
        StoredRegistries,
        { provide: Keyring, useValue: new Keyring(config.secretKeys) },
        { provide: REGISTRIES_CONFIG, useValue: config },
      ],
      exports: [RegistryDirectory, RegistryAccess, StoredRegistries, Keyring],
    };
  }

  async onModuleInit(): Promise<void> {
    await this.directory.configure(this.config.registries);
    await this.stored.start();
  }
}
