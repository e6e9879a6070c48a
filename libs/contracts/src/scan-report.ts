import { z } from 'zod';
import { Assessability } from './executable';
import { Finding } from './finding';
import { InventoryPackage } from './package';
import { Problem } from './problem';
import { Release } from './release';

/** What `tidewaiter scan --format json` prints for one image. Stable: fields are added, never renamed or removed. */
export const ScanReport = z.object({
  target: z.string(),
  image: z.object({
    digest: z.string().nullable(),
    platform: z.string().nullable(),
    os: Release.pick({ id: true, versionId: true, prettyName: true }).nullable(),
  }),
  complete: z.boolean(),
  assessability: Assessability,
  packages: z.array(InventoryPackage),
  findings: z.array(Finding),
  problems: z.array(Problem),
});
export type ScanReport = z.infer<typeof ScanReport>;
