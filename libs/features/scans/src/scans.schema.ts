import { Lane } from '@tidewaiter/contracts';
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
