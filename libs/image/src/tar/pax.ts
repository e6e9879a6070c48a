import { decimal, rangesOf, type SparseFile } from './sparse';
import { nameFrom, TarFault } from './tar-header';

/** What a pax extended header changes of the entry that follows it. pax(1), "pax Header Block". */
export interface PaxOverrides {
  path?: string;
  linkPath?: string;
  sizeBytes?: number;
  sparse?: PaxSparse;
}

/** As its records state it, in the order of the archive: 0.0 has a record for every number, 0.1 one for all, 1.0 none. */
interface PaxSparse {
  version?: { major?: string; minor?: string };
  realBytes?: string;
  numbers: string[];
  /** What the entry is called by then is no name of its own. */
  isNamed?: boolean;
}

/** Undefined for a version of the format that is not known. @throws TarFault */
export function sparseFileOf({ version, realBytes, numbers }: PaxSparse): SparseFile | undefined {
  const name = version === undefined ? '0' : `${version.major ?? ''}.${version.minor ?? ''}`;
  if (name === '1.0') return { realBytes: decimal(realBytes), ranges: undefined };
  return /^0(?:\.[01])?$/.test(name) ? { realBytes: decimal(realBytes), ranges: rangesOf(numbers) } : undefined;
}

/** Records are `LENGTH KEY=VALUE\n` where LENGTH counts the whole record in bytes. */
export function parsePax(body: Buffer): PaxOverrides {
  const overrides: PaxOverrides = {};
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const lengthText = space === -1 ? '' : body.toString('latin1', at, space);
    if (!/^[0-9]{1,9}$/.test(lengthText)) throw invalid();
    const end = at + Number(lengthText);
    if (end > body.length || end <= space + 1 || body[end - 1] !== 0x0a) throw invalid();
    const equals = body.indexOf(0x3d, space + 1);
    if (equals === -1 || equals >= end) throw invalid();
    apply(overrides, body.toString('utf8', space + 1, equals), nameFrom(body, equals + 1, end - 1));
    at = end;
  }
  return overrides;
}

function apply(overrides: PaxOverrides, key: string, value: string): void {
  switch (key) {
    case 'path':
      // An empty value takes an earlier one back. GNU.sparse.name is the real name of a sparse file.
      if (value !== '' && overrides.sparse?.isNamed !== true) overrides.path = value;
      return;
    case 'linkpath':
      if (value !== '') overrides.linkPath = value;
      return;
    case 'size':
      if (!/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) throw invalid();
      overrides.sizeBytes = Number(value);
      return;
    case 'GNU.sparse.name':
      overrides.path = value;
      overrides.sparse = { numbers: [], ...overrides.sparse, isNamed: true };
      return;
  }
  if (key.startsWith(sparsePrefix)) applySparse((overrides.sparse ??= { numbers: [] }), key, value);
}

const sparsePrefix = 'GNU.sparse.';

function applySparse(sparse: PaxSparse, key: string, value: string): void {
  switch (key.slice(sparsePrefix.length)) {
    case 'major':
      sparse.version = { ...sparse.version, major: value };
      return;
    case 'minor':
      sparse.version = { ...sparse.version, minor: value };
      return;
    case 'size':
    case 'realsize':
      sparse.realBytes = value;
      return;
    case 'offset':
    case 'numbytes':
      sparse.numbers.push(value);
      return;
    case 'map':
      sparse.numbers = value.split(',');
  }
}

function invalid(): TarFault {
  return new TarFault('tar-header-invalid', 'a pax header record is malformed');
}
