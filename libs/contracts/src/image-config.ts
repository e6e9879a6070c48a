import { z } from 'zod';

/** How the image wants to be run and how it was built. OCI image-spec, config.md. Absent where the image says nothing. */
export const ImageConfig = z.object({
  user: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  workingDirectory: z.string().optional(),
  /** `8080/tcp` */
  exposedPorts: z.array(z.string()).optional(),
  /** `NAME=value` */
  environment: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  stopSignal: z.string().optional(),
  /** Base first; entries without a layer only changed the configuration. */
  history: z
    .array(z.object({ createdBy: z.string(), hasLayer: z.boolean(), created: z.string().optional() }))
    .optional(),
});
export type ImageConfig = z.infer<typeof ImageConfig>;
