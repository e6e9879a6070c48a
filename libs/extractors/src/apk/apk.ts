import type { Problem } from '@tidewaiter/contracts';
import {
  isBounded,
  isPackageText,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type LayerFile,
  type OwnedFiles,
} from '../extractor';
import { textsOf } from '../lines';
import { Statements } from '../statements';

const maxBytes = 128 * 1024 * 1024;

/** The package database of Alpine and of the distributions that use its package manager. See README.md beside this file. */
export const apk: Extractor = {
  id: 'apk',
  revision: 4,
  reads: 'system',
  files: [
    { path: 'lib/apk/db/installed', maxBytes },
    { path: 'usr/lib/apk/db/installed', maxBytes },
    { path: 'var/lib/apk/db/installed', maxBytes },
  ],
  extract: (file, context) => Promise.resolve(readInstalled(file, context)),
};

interface Entry {
  line: number;
  fields: Map<string, string>;
  directory: string;
  paths: string[];
  /** Where a line of it is no field: apk refuses a database that has one. */
  damagedLine?: number;
}

function readInstalled(file: LayerFile, context: ExtractContext): Extraction {
  const statements = new Statements(context.limits);
  const ownedFiles: OwnedFiles[] = [];
  for (const entry of readEntries(textsOf(file.content), context)) {
    const name = entry.fields.get('P') ?? '';
    const version = entry.fields.get('V') ?? '';
    const { damagedLine } = entry;
    if (damagedLine !== undefined) statements.wrong(() => damaged(file.path, damagedLine));
    // `apk add --virtual .build-deps` makes a package that holds nothing but dependencies.
    if (name.startsWith('.')) continue;
    const others = ['A', 'L', 'o'].map((key) => entry.fields.get(key));
    if (!isPackageText(name) || !isPackageText(version) || !others.every(isBounded)) {
      statements.wrong(() => incomplete(file.path, name, entry.line));
      continue;
    }
    const architecture = entry.fields.get('A');
    const license = entry.fields.get('L');
    const isKept = statements.add({
      name,
      version,
      ...(architecture === undefined || architecture === '' ? {} : { architecture }),
      // A subpackage has the version of its origin: one build recipe makes them all.
      source: { name: entry.fields.get('o') || name, version },
      ...(license === undefined || license === '' ? {} : { licenses: [license] }),
    });
    if (isKept && entry.paths.length > 0) ownedFiles.push({ name, paths: entry.paths });
  }
  return { ...statements.extraction, ...(ownedFiles.length === 0 ? {} : { ownedFiles }) };
}

/** Entries end at an empty line; a field is `X:value`, case counts. `F:` opens a directory for the `R:` files that follow. */
function* readEntries(texts: Iterable<string>, context: ExtractContext): Generator<Entry> {
  let entry: Entry | undefined;
  let line = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length;) {
      const newline = text.indexOf('\n', at);
      const next = newline === -1 ? text.length : newline;
      const end = next > at && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
      line++;
      if (end - at < 2) {
        if (entry !== undefined) yield entry;
        entry = undefined;
      } else {
        entry ??= { line, fields: new Map(), directory: '', paths: [] };
        if (text[at + 1] === ':') keep(entry, text[at] ?? '', text.slice(at + 2, end), context);
        else entry.damagedLine ??= line;
      }
      at = next + 1;
    }
  }
  if (entry !== undefined) yield entry;
}

function keep(entry: Entry, key: string, value: string, context: ExtractContext): void {
  switch (key) {
    case 'P':
    case 'V':
    case 'A':
    case 'L':
    case 'o':
      if (!entry.fields.has(key)) entry.fields.set(key, value.trim());
      return;
    case 'F':
      entry.directory = value;
      return;
    case 'R': {
      const path = entry.directory === '' ? value : `${entry.directory}/${value}`;
      if (context.wantsOwner(path)) entry.paths.push(path);
      return;
    }
  }
}

function damaged(path: string, line: number): Problem {
  const message = `Line ${line} of the apk database is no field of a package: the database is damaged, and packages may be missing.`;
  return { code: 'apk-entry-damaged', message, path };
}

function incomplete(path: string, name: string, line: number): Problem {
  return {
    code: 'apk-entry-incomplete',
    message: `The package "${name.slice(0, 128)}" at line ${line} of the apk database has no name or no version, or a text too long for either.`,
    path,
  };
}
