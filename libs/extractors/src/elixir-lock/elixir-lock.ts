import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { readLock } from '../lock';

const maxBytes = 8 * 1024 * 1024;

/** What Mix and rebar3 resolved. See README.md beside this file. */
export const elixirLock: Extractor = {
  id: 'elixir-lock',
  revision: 3,
  reads: 'lock',
  files: [
    { baseName: 'mix.lock', maxBytes },
    { baseName: 'rebar.lock', maxBytes },
  ],
  extract: (file) => Promise.resolve(readLock(file, file.path.endsWith('mix.lock') ? readMixLock : readRebarLock)),
};

/** What a file without its last bracket or full stop ends in: counted as an entry that could not be read. */
const cutOff: ExtractedPackage = { name: '', version: '' };

/** `"dep": {:hex, :package, "1.2.3", …` */
const mixEntry = /\{:hex, *:"?([\w.-]+)"?, *"([^"]+)"/g;

function readMixLock(text: string): readonly ExtractedPackage[] | undefined {
  if (!text.trimStart().startsWith('%{')) return undefined;
  return [...packagesOf(text, mixEntry), ...(text.trimEnd().endsWith('}') ? [] : [cutOff])];
}

/** `{<<"dep">>,{pkg,<<"package">>,<<"1.2.3">>},0}`; Erlang's `~p` breaks the line within a tuple that is longer than it. */
const rebarEntry = /\{pkg,\s{0,256}<<"([^"]+)">>,\s{0,256}<<"([^"]+)">>/g;

function readRebarLock(text: string): readonly ExtractedPackage[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  return [...packagesOf(text, rebarEntry), ...(text.trimEnd().endsWith('.') ? [] : [cutOff])];
}

function packagesOf(text: string, entry: RegExp): readonly ExtractedPackage[] {
  return [...text.matchAll(entry)].map(([, name = '', version = '']) => ({ name, version }));
}
