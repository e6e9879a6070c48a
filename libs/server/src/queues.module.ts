import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@tidewaiter/kit';
import { createQueues, type QueueConnection, type Queues } from '@tidewaiter/queue';

/** Injects the process's one `Queues`. */
export const QUEUES = Symbol('Queues');

@Global()
@Module({})
export class QueuesModule implements OnApplicationShutdown {
  constructor(@Inject(QUEUES) private readonly queues: Queues) {}

  static forRoot(connection: QueueConnection, logger: Logger): DynamicModule {
    return {
      module: QueuesModule,
      providers: [{ provide: QUEUES, useFactory: () => createQueues(connection, { logger }) }],
      exports: [QUEUES],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queues.close();
  }
}
