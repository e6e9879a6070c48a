import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from '@tidewaiter/kit';

/** Injects the process's logger. */
export const LOGGER = Symbol('Logger');

@Global()
@Module({})
export class LoggingModule {
  static forRoot(logger: Logger): DynamicModule {
    return { module: LoggingModule, providers: [{ provide: LOGGER, useValue: logger }], exports: [LOGGER] };
  }
}
