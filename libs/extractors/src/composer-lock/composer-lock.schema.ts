import { z } from 'zod';
import { ComposerPackage } from '../composer/installed-json.schema';

/** https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control */
export const ComposerLock = z.object({
  packages: z.array(ComposerPackage),
  'packages-dev': z.array(ComposerPackage).nullish(),
});
