import type { Extraction, Extractor, LayerFile } from '../extractor';
import { readPhpSerialized, type PhpValue } from './php-serialized';

/** PHP packages and extensions that the pear and pecl commands installed. See README.md beside this file. */
export const pear: Extractor = {
  id: 'pear',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.reg', below: '.registry', maxBytes: 16 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readRegistered(file)),
};

function readRegistered(file: LayerFile): Extraction {
  const registered = readPhpSerialized(file.bytes);
  // package.xml 2.0 has several versions and calls the package's own "release"; 1.0 has one.
  const name = text(member(registered, 'name') ?? member(registered, 'package'));
  const version = text(member(registered, 'version'), 'release');
  if (name === undefined || version === undefined) {
    const message = `"${file.path}" is not a registered PEAR package with a name and a version; it is missing from the inventory.`;
    return { packages: [], problems: [{ code: 'pear-registration-unreadable', message, path: file.path }] };
  }
  const vendor = text(member(registered, 'channel'))?.startsWith('pecl.') === true ? 'pecl' : 'pear';
  const license = text(member(registered, 'license'), '_content');
  return {
    packages: [{ name: `${vendor}/${name}`, version, ...(license === undefined ? {} : { licenses: [license] }) }],
    problems: [],
  };
}

function member(value: PhpValue, key: string): PhpValue {
  return typeof value === 'object' ? value.get(key) : undefined;
}

/** A text, or the one an array has under a key. */
function text(value: PhpValue, key?: string): string | undefined {
  const found = key !== undefined && typeof value === 'object' ? value.get(key) : value;
  return typeof found === 'string' && found !== '' && found.length <= 1024 ? found : undefined;
}
