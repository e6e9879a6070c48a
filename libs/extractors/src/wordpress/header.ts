import type { LayerFile } from '../extractor';

/** WordPress itself looks for the header in the first 8 KiB only. */
const headerBytes = 8 * 1024;

export interface Header {
  field(name: string): string | undefined;
}

/** `Name: value` lines in a comment, the same of plugins and themes: https://developer.wordpress.org/reference/functions/get_file_data/ */
export function headerOf({ content }: LayerFile): Header {
  const text = content.read(0, headerBytes).toString('utf8');
  return { field: (name) => headerField(text, name) };
}

function headerField(text: string, name: string): string | undefined {
  const value = new RegExp(`^(?:[ \\t]*<\\?php)?[ \\t/*#@]*${name}:(.{1,256})$`, 'im').exec(text)?.[1];
  const cleaned = value?.replace(/(?:\*\/|\?>).*/, '').trim();
  return cleaned === '' ? undefined : cleaned;
}
