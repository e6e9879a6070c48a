export {
  archiveManifestType,
  artifactRefusal,
  artifactTypeOf,
  instructionsOf,
  isAttestation,
  isUntyped,
  platformOf,
  readConfig,
  readDocument,
  refusalOfLayer,
  refusalOfManifest,
  type ImageDocument,
  type Refusal,
} from './documents/documents';
export type { ConfigDocument, ManifestDocument } from './documents/documents.schema';
export { imageConfigOf } from './documents/image-config';
export { parsePlatform, isSamePlatform, platformMatches } from './documents/platform';
export type { Inflating } from './compression';
export type { ContentSink } from './content-sink';
export { baseNameOf, parentOf } from './entry-path';
export { walkLayer, type LayerBlob, type LayerEntry, type LayerMeasure, type LayerVisitor } from './layer-walk';
export { changedLimits, defaultLimits, type Limits } from './limits';
export { walkRootfs } from './rootfs-walk';
export { LocalBytes, readInPlace, type FilePlace } from './sources/local-bytes';
export { openTarget, type Target } from './sources/open-target';
