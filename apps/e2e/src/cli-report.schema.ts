import { z } from 'zod';
import { RestFinding, RestPackage } from './rest-api.schema';

/** `tidewaiter scan --format json`: findings and packages are said in the same words as over REST. */
export const CliReport = z.object({
  image: z.object({ digest: z.string(), platform: z.string() }),
  packages: z.array(RestPackage),
  findings: z.array(RestFinding),
});
export type CliReport = z.infer<typeof CliReport>;
