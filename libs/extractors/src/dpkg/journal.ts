import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import {
  isBounded,
  isPackageText,
  nothingExtracted,
  type Extraction,
  type LayerFile,
  type StatementLimits,
  type Superseded,
} from '../extractor';
import { textsOf } from '../lines';
import { Statements } from '../statements';
import { readStanzas, type Stanza } from './control-stanzas';
import { isPresent, packageIn, wantedFields, type StatusFormat } from './status-file';

interface Entry {
  readonly superseded: Superseded;
  /** What is there from then on. */
  readonly extracted?: ExtractedPackage;
}

/**
 * `updates/0001`: what dpkg has yet to put into `status`, which it does in the order of the names when it is started again. It
 * is gone when dpkg comes to its end. dpkg itself reads stanzas here as it does those of `status`, each in the place of what was
 * said of the package before. https://git.dpkg.org/git/dpkg/dpkg.git/tree/lib/dpkg/dbmodify.c
 */
export function readJournal(file: LayerFile, format: StatusFormat, limits: StatementLimits): Extraction {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  // What else lies there is passed over by dpkg: `tmp.i` is being written.
  if (file.bytes.length === 0 || !/^\d+$/.test(name)) return nothingExtracted;
  const statements = new Statements(limits);
  // dpkg refuses names of several lengths; its own have four digits.
  if (name.length !== 4) {
    statements.wrong(() => notApplied(file.path));
    return statements.extraction;
  }
  const entries = new Map<string, Entry>();
  for (const stanza of readStanzas(textsOf(file.content), new Set([...wantedFields(format), 'multi-arch']))) {
    const entry = entryOf(stanza, format);
    const isKept = entry !== undefined && entries.size < limits.packagesPerFile;
    if (isKept) entries.set(keyOf(entry.superseded), entry);
    else statements.wrong(() => notApplied(file.path, stanza.line));
  }
  for (const { extracted } of entries.values()) if (extracted !== undefined) statements.add(extracted);
  return { ...statements.extraction, supersedes: [...entries.values()].map(({ superseded }) => superseded) };
}

/** Undefined for what dpkg would refuse, or what is not known to be there or not. */
function entryOf(stanza: Stanza, format: StatusFormat): Entry | undefined {
  const { fields } = stanza;
  const architecture = fields.get('architecture');
  const name = fields.get('package');
  if (!isPackageText(name) || !isBounded(architecture) || fields.get('status') === undefined) return undefined;
  const superseded = {
    name,
    ...(architecture ? { architecture } : {}),
    ...(fields.get('multi-arch') === 'same' ? { isForOneArchitecture: true } : {}),
  };
  if (!isPresent(stanza)) return { superseded };
  const extracted = packageIn(stanza, format);
  return extracted && { superseded, extracted };
}

function keyOf({ name, architecture = '', isForOneArchitecture }: Superseded): string {
  return isForOneArchitecture === true ? `${name}\0${architecture}` : name;
}

function notApplied(path: string, line = 1): Problem {
  const message = `"${path}" says at line ${line} of a package what dpkg was interrupted before it wrote it into its database, in a way that cannot be read; it was left out. Run "dpkg --configure -a" in the image and build it again.`;
  return { code: 'dpkg-interrupted', message, path };
}
