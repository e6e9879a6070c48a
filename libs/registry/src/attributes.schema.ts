import { z } from 'zod';

/** azure-rest-api-specs, containerregistry data plane 2021-07-01: what is left out holds as it does at first. */
const ManifestItem = z.object({
  digest: z.string(),
  changeableAttributes: z
    .object({
      deleteEnabled: z.boolean().default(true),
      writeEnabled: z.boolean().default(true),
      listEnabled: z.boolean().default(true),
      readEnabled: z.boolean().default(true),
      /** Absent for an image that was never in quarantine. */
      quarantineState: z.string().optional(),
      quarantineDetails: z.string().optional(),
    })
    .prefault({}),
});

export const ManifestAttributesDocument = z.object({ manifest: ManifestItem });
export type ManifestAttributesDocument = z.infer<typeof ManifestAttributesDocument>;

export const ManifestPage = z.object({ manifests: z.array(ManifestItem).nullish() });
export type ManifestPage = z.infer<typeof ManifestPage>;
