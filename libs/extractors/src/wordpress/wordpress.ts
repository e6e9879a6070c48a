import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';
import { headerOf } from './header';

const below = 'wp-content/plugins';

/** Plugins of WordPress. See README.md beside this file. */
export const wordpress: Extractor = {
  id: 'wordpress',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.php', below, maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readPlugin(file)),
};

function readPlugin(file: LayerFile): Extraction {
  const place = file.path.slice(file.path.lastIndexOf(`${below}/`) + below.length + 1).split('/');
  const [directory = ''] = place;
  // `plugins/slug/any-name.php`, or a plugin of a single file.
  if (place.length > 2) return nothingExtracted;
  const header = headerOf(file);
  if (header.field('Plugin Name') === undefined) return nothingExtracted;
  const version = header.field('Version');
  if (version === undefined) {
    const message = `The plugin "${directory.slice(0, 128)}" of WordPress does not say its version.`;
    return { packages: [], problems: [{ code: 'wordpress-plugin-version-missing', message, path: file.path }] };
  }
  const isDirectory = place.length === 2;
  const pluginDirectory = file.path.slice(0, file.path.lastIndexOf('/'));
  return {
    packages: [{ name: isDirectory ? directory : directory.replace(/\.php$/i, ''), version }],
    ...(isDirectory ? { ownedFiles: [{ statedIn: file.path, paths: [], directories: [pluginDirectory] }] } : {}),
    problems: [],
  };
}
