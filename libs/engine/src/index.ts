export { inventoryKey, type LayerCache, type LayerSlot } from './layers/layer-cache';
export type { LayerReader } from './layers/read-layer';
export { LayerEvidence } from './layers/layer-evidence.schema';
export { readImage, type ImageReading, type ReadImageOptions, type ReadProgress } from './read-image';
export { readRootfs, type ReadRootfsOptions } from './read-rootfs';
export { readSbom } from './read-sbom';
export { explainInventory } from './explain-inventory';
export { scanReport } from './scan-report';
export { LayerThreads } from './threads/layer-threads';
