import { z } from 'zod';

export const QuarantineSwitch = z.strictObject({ enabled: z.boolean() });
export type QuarantineSwitch = z.infer<typeof QuarantineSwitch>;
