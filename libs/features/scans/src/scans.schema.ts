import { Lane } from '@tidewaiter/contracts';
import { PauseRecord } from '@tidewaiter/features/registries';
import { named } from '@tidewaiter/server';
import { z } from 'zod';

export const ScanOrder = named(
  'ScanOrder',
  z.strictObject({
    reference: z
      .string()
      .min(1)
      .max(600)
      .describe('`host/repository:tag` or `host/repository@sha256:...`; the host must be a configured registry.'),
  }),
);
export type ScanOrder = z.infer<typeof ScanOrder>;

export const ScanParams = z.strictObject({ id: z.uuid() });
export type ScanParams = z.infer<typeof ScanParams>;

export const LaneChange = named('LaneChange', z.strictObject({ lane: Lane }));
export type LaneChange = z.infer<typeof LaneChange>;

export const LanePath = z.strictObject({ lane: Lane });
export type LanePath = z.infer<typeof LanePath>;

export const PausedRegistryPath = z.strictObject({ name: z.string().min(1).max(63) });
export type PausedRegistryPath = z.infer<typeof PausedRegistryPath>;

export const PauseOrder = named(
  'PauseOrder',
  z.strictObject({ reason: z.string().trim().min(1).max(500).describe('For the next who wonders why nothing moves.') }),
);
export type PauseOrder = z.infer<typeof PauseOrder>;

export const LaneList = named(
  'LaneList',
  z.object({
    items: z.array(
      z.object({
        lane: Lane,
        queued: z.number().int(),
        running: z.number().int(),
        pause: PauseRecord.nullable(),
      }),
    ),
  }),
);
export type LaneList = z.infer<typeof LaneList>;

export const AcceptedScan = named(
  'AcceptedScan',
  z.object({
    id: z.uuid(),
    registry: z.string(),
    repository: z.string(),
    digest: z.string(),
    tag: z.string().nullable(),
    /** Where to look how it goes. */
    location: z.string(),
  }),
);
export type AcceptedScan = z.infer<typeof AcceptedScan>;
