import { z } from 'zod';

export const ListedTags = z.object({ tags: z.array(z.object({ name: z.string(), digest: z.string() })) });
export type ListedTags = z.infer<typeof ListedTags>;

export const ListedManifests = z.object({ manifests: z.array(z.object({ digest: z.string() })) });
export type ListedManifests = z.infer<typeof ListedManifests>;

export const ListedNames = z.object({ repositories: z.array(z.string()) });
export type ListedNames = z.infer<typeof ListedNames>;

export const ManifestDocument = z.object({ mediaType: z.string().regex(/manifest|index/) });
export type ManifestDocument = z.infer<typeof ManifestDocument>;
