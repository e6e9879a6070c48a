import { databaseConfig, redisConfig } from '@tidewaiter/config';
import { migrate, migrationsDir } from '@tidewaiter/db';
import { migrateQueue, queueConnection } from '@tidewaiter/queue';
import { runOnce } from '@tidewaiter/server';

/** Brings the database and the queue's tables up to date, then ends. Before the other processes start. */
await runOnce('migrate', { database: databaseConfig, redis: redisConfig }, async (config, logger) => {
  await migrate(config.database.url, migrationsDir(), logger);
  await migrateQueue(queueConnection(config));
});
