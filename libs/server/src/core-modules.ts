import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import type { DatabaseConfig, RedisConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import type { Database } from '@tidewaiter/db';
import { queueConnection, type Queues } from '@tidewaiter/queue';
import { DATABASE, DatabaseModule } from './database.module';
import type { ReadinessChecks } from './http/health';
import { LoggingModule } from './logging.module';
import { QUEUES, QueuesModule } from './queues.module';

export interface CoreOptions {
  readonly app: string;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  readonly logger: Logger;
}

/** What every Nest process of ours injects: log, database, queues. */
export function coreModules({ app, database, redis, logger }: CoreOptions): readonly DynamicModule[] {
  return [
    LoggingModule.forRoot(logger),
    DatabaseModule.forRoot({
      url: database.url,
      applicationName: `tidewaiter ${app}`,
      maxConnections: database.poolSize,
    }),
    QueuesModule.forRoot(queueConnection({ redis, database }), logger),
  ];
}

/** What must answer before a process of these modules can do its work. */
export function readinessChecks(app: INestApplicationContext): ReadinessChecks {
  return {
    database: () => app.get<Database>(DATABASE).$queryRaw`SELECT 1`,
    queue: () => app.get<Queues>(QUEUES).ready(),
  };
}
