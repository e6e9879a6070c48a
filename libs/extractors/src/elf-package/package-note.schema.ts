import { z } from 'zod';

const word = z.string().min(1).max(256);

/** https://systemd.io/ELF_PACKAGE_METADATA/ */
export const PackageNote = z.object({
  type: word,
  name: word,
  version: word,
  architecture: word.optional().catch(undefined),
  os: word.optional().catch(undefined),
  osVersion: word.optional().catch(undefined),
  osCpe: word.optional().catch(undefined),
});
export type PackageNote = z.infer<typeof PackageNote>;
