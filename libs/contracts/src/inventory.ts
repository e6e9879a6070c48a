import { z } from 'zod';
import { Assessability, InventoryExecutable } from './executable';
import { ImageConfig } from './image-config';
import { Platform } from './oci';
import { InventoryPackage, LayerRef } from './package';
import { Problem } from './problem';
import { Release } from './release';

/** What is in one image (one platform's manifest). Same image, same bytes: packages are sorted and nothing depends on time. */
export const Inventory = z.object({
  image: z.object({
    /** Manifest digest; for a docker-archive the image id; for a root filesystem absent. */
    digest: z.string().optional(),
    configDigest: z.string().optional(),
    platform: Platform.optional(),
    os: Release.optional(),
    created: z.string().optional(),
    config: ImageConfig.optional(),
    /** What the image says it was built on, in its annotations or labels; nothing of it is checked. */
    base: z.object({ name: z.string().optional(), digest: z.string().optional() }).optional(),
    /** Red Hat content sets or repository ids that the packages came from, sorted. */
    contentSets: z.array(z.string()).optional(),
  }),
  layers: z.array(LayerRef.extend({ sizeBytes: z.number().optional() })),
  packages: z.array(InventoryPackage),
  /** Sorted by path. */
  executables: z.array(InventoryExecutable),
  assessability: Assessability,
  /** False when any problem means that something in the image was not read. */
  complete: z.boolean(),
  problems: z.array(Problem),
});
export type Inventory = z.infer<typeof Inventory>;
