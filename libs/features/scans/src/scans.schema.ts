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
