import { Inject, Module, type DynamicModule, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { RegistriesConfig, RegistryConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';
import { ConfiguredRegistries } from './configured-registries';
import { RegistryAccess } from './registry-access';
import { RegistryDirectory } from './registry-directory';
import { RequestBudget } from './request-budget';
import { Keyring } from './sealing';
import { StoredRegistries } from './stored-registries';

const REGISTRIES_CONFIG = Symbol('RegistriesConfig');

interface RegistriesModuleConfig extends RegistriesConfig {
  /** How to look at the registries of the configuration again; without it they stay as they are. */
  readonly reread?: (() => readonly RegistryConfig[]) | undefined;
}

@Module({})
export class RegistriesModule implements OnModuleInit, OnModuleDestroy {
  private configured: ConfiguredRegistries | undefined;

  constructor(
    private readonly directory: RegistryDirectory,
    private readonly stored: StoredRegistries,
    @Inject(REGISTRIES_CONFIG) private readonly config: RegistriesModuleConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: RegistriesModuleConfig): DynamicModule {
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
    const { registries, reread } = this.config;
    const { directory, logger } = this;
    await directory.configure(registries);
    await this.stored.start();
    if (reread !== undefined) this.configured = new ConfiguredRegistries({ directory, logger, reread });
  }

  async onModuleDestroy(): Promise<void> {
    await this.configured?.close();
  }
}
