import { z } from 'zod';

export const RepositoryRow = z.object({
  name: z.string(),
  created: z.string(),
  updated: z.string(),
  manifestCount: z.number(),
  tagCount: z.number(),
});
export type RepositoryRow = z.infer<typeof RepositoryRow>;

export const ManifestRow = z.object({
  digest: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number(),
  imageSizeBytes: z.number(),
  configMediaType: z.string().nullable(),
  artifactType: z.string().nullable(),
  annotations: z.string().nullable(),
  subject: z.string().nullable(),
  os: z.string().nullable(),
  architecture: z.string().nullable(),
  created: z.string(),
  updated: z.string(),
});
export type ManifestRow = z.infer<typeof ManifestRow>;

export const TagRow = z.object({ name: z.string(), digest: z.string(), created: z.string(), updated: z.string() });
export type TagRow = z.infer<typeof TagRow>;

export const DeletedManifestRow = ManifestRow.extend({ deletedAt: z.string() });
export type DeletedManifestRow = z.infer<typeof DeletedManifestRow>;

export const DeletedTagRow = TagRow.extend({ deletedAt: z.string() });
export type DeletedTagRow = z.infer<typeof DeletedTagRow>;

/** SQLite has no booleans. */
const Flag = z.union([z.literal(0), z.literal(1)]);

export const AttributeRow = z.object({
  deleteEnabled: Flag,
  writeEnabled: Flag,
  listEnabled: Flag,
  readEnabled: Flag,
  quarantineState: z.enum(['Quarantined', 'Passed', 'Failed']).nullable(),
  quarantineDetails: z.string().nullable(),
});
export type AttributeRow = z.infer<typeof AttributeRow>;

export const NameRow = z.object({ name: z.string() });
export type NameRow = z.infer<typeof NameRow>;

export const FoundRow = z.object({ found: z.number() });
export type FoundRow = z.infer<typeof FoundRow>;
