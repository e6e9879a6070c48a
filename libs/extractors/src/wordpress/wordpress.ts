import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';

const below = 'wp-content/plugins';

/** Plugins of WordPress. See README.md beside this file. */
export const wordpress: Extractor = {
  id: 'wordpress',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.php', below, maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readPlugin(file)),
};

/** WordPress itself looks for the header in the first 8 KiB only. */
const headerBytes = 8 * 1024;

function readPlugin(file: LayerFile): Extraction {
  const place = file.path.slice(file.path.lastIndexOf(`${below}/`) + below.length + 1).split('/');
  const [directory = ''] = place;
  // `plugins/slug/any-name.php`, or a plugin of a single file.
  if (place.length > 2) return nothingExtracted;
  const text = file.content.read(0, headerBytes).toString('utf8');
  if (headerField(text, 'Plugin Name') === undefined) return nothingExtracted;
  const version = headerField(text, 'Version');
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

function headerField(text: string, name: string): string | undefined {
  const value = new RegExp(`^(?:[ \\t]*<\\?php)?[ \\t/*#@]*${name}:(.{1,256})$`, 'im').exec(text)?.[1];
  const cleaned = value?.replace(/(?:\*\/|\?>).*/, '').trim();
  return cleaned === '' ? undefined : cleaned;
}
