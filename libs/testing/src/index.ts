export { createMigratedDatabase } from './migrated-database';
export { takeOutboundAttempts, type OutboundAttempt } from './no-network';
export {
  startPostgres,
  type CreateDatabaseOptions,
  type DatabaseTemplate,
  type TestDatabase,
  type TestPostgres,
} from './services/postgres';
export { startRedis, type TestRedis } from './services/redis';
export { describeWithTool, hasTool } from './tools';
