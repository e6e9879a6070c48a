import { z } from 'zod';
import { Assessability } from './executable';
import { Finding } from './finding';
import { InventoryPackage } from './package';
import { Problem } from './problem';
import { ShownRelease } from './release';
import { Suppression } from './vex';

/** A finding that somebody vouches for. */
export const SuppressedFinding = Finding.extend({ suppression: Suppression });
export type SuppressedFinding = z.infer<typeof SuppressedFinding>;

/** What `tidewaiter scan --format json` prints for one image. Stable: fields are added, never renamed or removed. */
export const ScanReport = z.object({
  target: z.string(),
  image: z.object({
    digest: z.string().nullable(),
    platform: z.string().nullable(),
    os: ShownRelease.nullable(),
  }),
  complete: z.boolean(),
  assessability: Assessability,
  packages: z.array(InventoryPackage),
  findings: z.array(Finding),
  /** What VEX statements take out of `findings`; there when statements were given. */
  suppressed: z.array(SuppressedFinding).optional(),
  problems: z.array(Problem),
});
export type ScanReport = z.infer<typeof ScanReport>;
