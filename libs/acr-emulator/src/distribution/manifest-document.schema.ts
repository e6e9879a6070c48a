import { Descriptor, mediaTypes } from '@tidewaiter/contracts';
import { z } from 'zod';

const LinkedDescriptor = Descriptor.extend({ urls: z.array(z.string()).optional() });

const annotations = z.record(z.string(), z.string()).optional();

/** OCI image-spec manifest.md, and Docker's image manifest version 2, schema 2. */
export const ImageManifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum([mediaTypes.ociManifest, mediaTypes.dockerManifest]).optional(),
  artifactType: z.string().optional(),
  config: LinkedDescriptor,
  layers: z.array(LinkedDescriptor),
  subject: Descriptor.optional(),
  annotations,
  manifests: z.undefined().optional(),
});
export type ImageManifest = z.infer<typeof ImageManifest>;

/** OCI image-spec image-index.md, and Docker's manifest list. */
export const ImageIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum([mediaTypes.ociIndex, mediaTypes.dockerIndex]).optional(),
  artifactType: z.string().optional(),
  manifests: z.array(Descriptor),
  subject: Descriptor.optional(),
  annotations,
  layers: z.undefined().optional(),
});
export type ImageIndex = z.infer<typeof ImageIndex>;

/** The two facts of an image config that listings show. */
export const ConfigPlatform = z.object({ os: z.string().optional(), architecture: z.string().optional() });
export type ConfigPlatform = z.infer<typeof ConfigPlatform>;
