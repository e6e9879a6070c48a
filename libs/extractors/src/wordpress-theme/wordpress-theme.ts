import { posix } from 'node:path';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { headerOf } from '../wordpress/header';

const below = 'wp-content/themes';

/** Themes of WordPress. See README.md beside this file. */
export const wordpressTheme: Extractor = {
  id: 'wordpress-theme',
  revision: 1,
  reads: 'language',
  files: [{ baseName: 'style.css', below, maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readTheme(file)),
};

function readTheme(file: LayerFile): Extraction {
  const directory = posix.dirname(file.path);
  const name = directory.slice(directory.lastIndexOf(`${below}/`) + below.length + 1);
  // `themes/slug`, or `themes/collection/slug`: WordPress looks no deeper.
  if (!directory.includes(`${below}/`) || name.split('/').length > 2) return nothingExtracted;
  const header = headerOf(file);
  if (header.field('Theme Name') === undefined) return nothingExtracted;
  const version = header.field('Version');
  if (version === undefined) {
    const message = `The theme "${name.slice(0, 128)}" of WordPress does not say its version.`;
    return { packages: [], problems: [{ code: 'wordpress-theme-version-missing', message, path: file.path }] };
  }
  return {
    packages: [{ name: posix.basename(name), version }],
    ownedFiles: [{ statedIn: file.path, paths: [], directories: [directory] }],
    problems: [],
  };
}
