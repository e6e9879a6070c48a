import { Descriptor, Platform } from '@tidewaiter/contracts';
import { z } from 'zod';

/** OCI image-spec manifest.md and image-index.md, and Docker's schema 2: only the fields that are read. */
export const ManifestDocument = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor),
  /** What it is attached to; what this says is no reason to lose an image. */
  subject: Descriptor.optional().catch(undefined),
  annotations: z.record(z.string(), z.string()).optional().catch(undefined),
});
export type ManifestDocument = z.infer<typeof ManifestDocument>;

export const IndexDocument = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(Descriptor),
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

/** OCI image-spec config.md. Absent words are empty in images made by hand, so they are not required here. */
export const ConfigDocument = z.object({
  os: Platform.shape.os.optional(),
  architecture: Platform.shape.architecture.optional(),
  variant: z.string().optional(),
  'os.version': z.string().optional(),
  created: z.string().nullish(),
  rootfs: z.object({ type: z.string().optional(), diff_ids: z.array(Descriptor.shape.digest).nullish() }),
  history: z
    .array(
      z.object({
        created: z.string().nullish(),
        created_by: z.string().optional(),
        empty_layer: z.boolean().optional(),
      }),
    )
    .nullish(),
  config: ContainerConfig.nullish().catch(null),
});
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
