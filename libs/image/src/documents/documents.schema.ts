import { Descriptor, Platform } from '@tidewaiter/contracts';
import { z } from 'zod';

/**
 * Documents are written and read by programs in Go, to which a member that is null is one that is not there: an empty list is
 * written as null by many of them.
 */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/** One without both of its words says nothing: the image's own config does. */
function withoutHalves(value: unknown): unknown {
  const platform = withoutNulls(value);
  if (typeof platform !== 'object' || platform === null) return platform;
  const { os, architecture }: { os?: unknown; architecture?: unknown } = platform;
  return [os, architecture].some((word) => word === undefined || word === '') ? undefined : platform;
}

/** A text that is not there is an empty one, as it is to programs in Go: what a document is, its body tells. */
const LenientDescriptor = z.preprocess(
  withoutNulls,
  Descriptor.extend({
    mediaType: Descriptor.shape.mediaType.default(''),
    platform: z.preprocess(withoutHalves, Platform.optional()).optional(),
  }),
);
const descriptors = z
  .array(LenientDescriptor)
  .nullable()
  .transform((list) => list ?? []);

/** OCI image-spec manifest.md and image-index.md, and Docker's schema 2: only the fields that are read. */
export const ManifestDocument = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().nullish(),
  artifactType: z.string().nullish(),
  config: LenientDescriptor,
  layers: descriptors,
  /** What it is attached to; what this says is no reason to lose an image. */
  subject: LenientDescriptor.optional().catch(undefined),
  annotations: z.record(z.string(), z.string()).optional().catch(undefined),
});
export type ManifestDocument = z.infer<typeof ManifestDocument>;

export const IndexDocument = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().nullish(),
  manifests: descriptors,
});
export type IndexDocument = z.infer<typeof IndexDocument>;

export function isIndexDocument(value: unknown): boolean {
  return IndexDocument.safeParse(value).success;
}

/** What a malformed part of it would say is not worth losing the image for: each field is read on its own. */
const ContainerConfig = z.object({
  User: z.string().nullish().catch(null),
  Entrypoint: z.array(z.string()).nullish().catch(null),
  Cmd: z.array(z.string()).nullish().catch(null),
  WorkingDir: z.string().nullish().catch(null),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish().catch(null),
  Env: z.array(z.string()).nullish().catch(null),
  Volumes: z.record(z.string(), z.unknown()).nullish().catch(null),
  Labels: z.record(z.string(), z.string()).nullish().catch(null),
  StopSignal: z.string().nullish().catch(null),
});
export type ContainerConfig = z.infer<typeof ContainerConfig>;

/** One step of a build. What is malformed in it costs what it would have told and nothing else. */
const HistoryEntry = z.object({
  created: z.string().nullish().catch(null),
  created_by: z.string().nullish().catch(null),
  empty_layer: z.boolean().nullish().catch(null),
});

/** OCI image-spec config.md. Absent words are empty in images made by hand, so they are not required here. */
export const ConfigDocument = z.preprocess(
  withoutNulls,
  z.object({
    os: Platform.shape.os.optional(),
    architecture: Platform.shape.architecture.optional(),
    variant: z.string().optional(),
    'os.version': z.string().optional(),
    created: z.string().optional().catch(undefined),
    rootfs: z.object({ type: z.string().nullish(), diff_ids: z.array(Descriptor.shape.digest).nullish() }),
    history: z.array(HistoryEntry).optional().catch(undefined),
    config: ContainerConfig.nullish().catch(null),
  }),
);
export type ConfigDocument = z.infer<typeof ConfigDocument>;

/** `manifest.json` of `docker save`. */
export const ArchiveManifest = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).nullish() }),
);
export type ArchiveManifest = z.infer<typeof ArchiveManifest>;

export function isArchiveManifest(value: unknown): boolean {
  const parsed = ArchiveManifest.safeParse(value);
  return parsed.success && parsed.data.length > 0;
}
