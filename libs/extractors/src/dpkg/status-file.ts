import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { isBounded, isPackageText, type Extraction, type LayerFile, type StatementLimits } from '../extractor';
import { textsOf } from '../lines';
import { Statements } from '../statements';
import { readStanzas, type Stanza } from './control-stanzas';

export interface StatusFormat {
  /** Whose database it is, for problems. */
  readonly database: 'dpkg' | 'opkg';
  /** Fields that the package is made of, in lower case, besides its name, version and state. */
  readonly fields: readonly string[];
  /** Everything else of a package whose name and version are known. */
  packageOf(name: string, version: string, stanza: Stanza): ExtractedPackage;
}

/** The packages that are present, of a file of stanzas. */
export function readStatusFile(file: LayerFile, format: StatusFormat, limits: StatementLimits): Extraction {
  const statements = new Statements(limits);
  for (const stanza of readStanzas(textsOf(file.content), wantedFields(format))) {
    if (!isPresent(stanza)) continue;
    const extracted = packageIn(stanza, format);
    if (extracted !== undefined) statements.add(extracted);
    else statements.wrong(() => incomplete(file.path, format.database, stanza));
  }
  return statements.extraction;
}

export function wantedFields({ fields }: StatusFormat): ReadonlySet<string> {
  return new Set(['package', 'version', 'status', ...fields]);
}

/** Undefined where the stanza has no name or no version, or a text too long for either. */
export function packageIn(stanza: Stanza, format: StatusFormat): ExtractedPackage | undefined {
  const name = stanza.fields.get('package');
  const version = stanza.fields.get('version');
  const others = format.fields.map((field) => stanza.fields.get(field));
  if (!isPackageText(name) || !isPackageText(version) || !others.every(isBounded)) return undefined;
  return format.packageOf(name, version, stanza);
}

/**
 * `want flag state`, dpkg(1). What is unpacked is on disk whatever is wanted for it: "deinstall ok installed" is still installed.
 * Distroless images have no such field in status.d, where everything listed is installed.
 */
export function isPresent({ fields }: Stanza): boolean {
  const status = fields.get('status');
  if (status === undefined) return true;
  const state = status.split(/\s+/)[2];
  return state !== 'not-installed' && state !== 'config-files';
}

function incomplete(path: string, database: string, { fields, line }: Stanza): Problem {
  const name = fields.get('package') ?? 'without a name';
  return {
    code: `${database}-stanza-incomplete`,
    message: `The package "${name.slice(0, 128)}" at line ${line} of the ${database} database has no name or no version, or a text too long for either.`,
    path,
  };
}
