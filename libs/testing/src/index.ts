export {
  buildDockerArchive,
  buildImage,
  buildIndex,
  buildLayer,
  buildOciArchive,
  layerOfTar,
  memorySource,
  sha256,
  writeOciLayout,
  type BuiltImage,
  type BuiltLayer,
  type ImagePlan,
  type LayerCompression,
} from './image-builder/image-builder';
export {
  buildTar,
  padded,
  paxRecord,
  tarHeader,
  withChecksum,
  type TarFormat,
  type TarItem,
} from './image-builder/tar-writer';
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
