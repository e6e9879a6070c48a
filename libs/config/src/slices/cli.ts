import { homedir } from 'node:os';
import path from 'node:path';
import { defineSlice, optional } from '../slice';
import { text } from '../value';

export interface CliConfig {
  /** Where the command line keeps what it can make again, absolute. */
  readonly cacheDir: string;
  /** The advisory store that is used when no other is named, absolute. */
  readonly storePath: string;
  /** https://no-color.org */
  readonly colourWanted: boolean;
}

export const cliConfig = defineSlice({
  title: 'Command line',
  doc: 'What `tidewaiter` on a terminal or in a pipeline looks at.',
  settings: {
    cacheHome: optional('XDG_CACHE_HOME', text(), {
      doc: 'Directory for caches; the advisory store is `tidewaiter/advisories.db` in it. Without it, `~/.cache`.',
    }),
    noColour: optional('NO_COLOR', text(), { doc: 'With any value, output has no colours.' }),
  },
  finish: ({ cacheHome, noColour }): CliConfig => {
    // The XDG base directory specification wants relative paths ignored.
    const usable = cacheHome !== undefined && path.isAbsolute(cacheHome);
    const cacheDir = path.join(usable ? cacheHome : path.join(homedir(), '.cache'), 'tidewaiter');
    return { cacheDir, storePath: path.join(cacheDir, 'advisories.db'), colourWanted: noColour === undefined };
  },
});
