import { homedir } from 'node:os';
import path from 'node:path';
import { defineSlice, optional } from '../slice';
import { integer, text } from '../value';
import { keyFiles, maxShrinkPercent, type FeedKeyFile } from './advisories';

export interface CliConfig {
  /** Where the command line keeps what it can make again, absolute. */
  readonly cacheDir: string;
  /** The advisory store that is used when no other is named, absolute. */
  readonly storePath: string;
  /** https://no-color.org */
  readonly colourWanted: boolean;
  /** RFC 3339: the time that documents bear instead of the image's own. */
  readonly sourceDate: string | undefined;
  readonly maxShrinkPercent: number;
  readonly keyFiles: readonly FeedKeyFile[];
}

export const cliConfig = defineSlice({
  title: 'Command line',
  doc: 'What `tidewaiter` on a terminal or in a pipeline looks at.',
  settings: {
    cacheHome: optional('XDG_CACHE_HOME', text(), {
      doc: 'Directory for caches; in it `tidewaiter/advisories.db` is the advisory store, and `tidewaiter/code` compiled code (not made in a home without `tidewaiter`). Without it, `~/.cache`.',
    }),
    sourceDateEpoch: optional('SOURCE_DATE_EPOCH', integer({ min: 0, max: 253_402_300_799 }), {
      doc: 'Seconds since 1970: the time that CycloneDX, SPDX and OpenVEX documents bear. Without it, when the image was created.',
    }),
    maxShrinkPercent,
    keyFiles,
    noColour: optional('NO_COLOR', text(), { doc: 'With any value, output has no colours.' }),
  },
  finish: ({ cacheHome, noColour, sourceDateEpoch, maxShrinkPercent: shrink, keyFiles: keys }): CliConfig => {
    // The XDG base directory specification wants relative paths ignored.
    const usable = cacheHome !== undefined && path.isAbsolute(cacheHome);
    const cacheDir = path.join(usable ? cacheHome : path.join(homedir(), '.cache'), 'tidewaiter');
    return {
      cacheDir,
      storePath: path.join(cacheDir, 'advisories.db'),
      maxShrinkPercent: shrink,
      keyFiles: keys ?? [],
      colourWanted: noColour === undefined,
      sourceDate: sourceDateEpoch === undefined ? undefined : new Date(sourceDateEpoch * 1000).toISOString(),
    };
  },
});
