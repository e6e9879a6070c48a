import { Module, type DynamicModule } from '@nestjs/common';
import type { KnownBase } from '@tidewaiter/config';
import { AccountsModule } from '@tidewaiter/features/accounts';
import { ActionsModule } from '@tidewaiter/features/actuator';
import { ActivityModule } from '@tidewaiter/features/activity';
import { CatalogueApiModule } from '@tidewaiter/features/catalogue';
import { CoverageModule } from '@tidewaiter/features/coverage';
import { FindingsModule } from '@tidewaiter/features/findings';
import { BasesModule, ImagesModule } from '@tidewaiter/features/images';
import { ManageRegistriesModule } from '@tidewaiter/features/registries';
import { ScanOrdersModule } from '@tidewaiter/features/scans';
import { VulnerabilitiesModule } from '@tidewaiter/features/vulnerabilities';

export interface ApiOptions {
  /** For the connection that listens for events; everything else uses the process's `Database`. */
  readonly databaseUrl: string;
  /** Bases that are named although no registry has them. */
  readonly knownBases?: readonly KnownBase[];
}

/** The whole REST API, for the api process and for standalone. Expects the global DatabaseModule, LoggingModule, QueuesModule and RegistriesModule. */
@Module({})
export class ApiModule {
  static forRoot({ databaseUrl, knownBases = [] }: ApiOptions): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        AccountsModule,
        ActionsModule,
        ActivityModule.withStream({ databaseUrl }),
        BasesModule.forRoot({ knownBases }),
        CatalogueApiModule,
        CoverageModule,
        FindingsModule,
        ImagesModule,
        ManageRegistriesModule,
        ScanOrdersModule,
        VulnerabilitiesModule,
      ],
    };
  }
}
