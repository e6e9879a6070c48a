export {
  buildDockerArchive,
  buildImage,
  buildIndex,
  buildLayer,
  buildOciArchive,
  layered,
  layerOfTar,
  memorySource,
  sha256,
  writeOciLayout,
  type BuiltImage,
  type BuiltLayer,
  type ImagePlan,
  type LayerCompression,
} from './image-builder/image-builder';
export { alpine320, apkInstalled, bookworm, dpkg, dpkgStatus, npmPackage } from './image-builder/package-files';
export {
  buildTar,
  padded,
  paxRecord,
  tarHeader,
  withChecksum,
  type TarFormat,
  type TarItem,
} from './image-builder/tar-writer';
export { createCertificate, trustCertificate, type Certificate } from './certificate';
export { Dice } from './dice';
export { gpgIn, stopGpgIn } from './gpg';
export { createMigratedDatabase } from './migrated-database';
export { momentApart } from './moment';
export { documentFaults } from './documents/document-faults';
export { cyclonedxFaults, sarifFaults } from './documents/official-schemas';
export { takeOutboundAttempts } from './no-network';
export {
  startPostgres,
  type CreateDatabaseOptions,
  type DatabaseTemplate,
  type TestDatabase,
  type TestPostgres,
} from './services/postgres';
export { startRedis, type TestRedis } from './services/redis';
export { startRedisServer } from './services/redis-server';
export { scratchParent } from './services/scratch-parent';
export { describeAsRoot, describeWithPython, describeWithTool } from './tools';
