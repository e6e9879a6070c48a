import type { ExtractedPackage } from '@tidewaiter/contracts';
import { textOrder } from '@tidewaiter/kit';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import type { TreeNode } from './merged-tree';

export interface ReadFile {
  readonly node: TreeNode;
  readonly file: EvidenceFile;
}

export interface Statement extends ReadFile {
  readonly extracted: ExtractedPackage;
}

/** By name, and then by architecture. */
type Database = Map<string, Map<string, Statement[]>>;

/** What files say of packages; where a database has journals, as it is when they have been put into it in the order of their names. */
export function* statementsOf(files: Iterable<ReadFile>): Generator<Statement> {
  const all = [...files];
  const journals = all.filter(({ file }) => file.supersedes !== undefined);
  const databases = new Map<string, Database>(journals.map(({ file }) => [file.extractor, new Map()]));
  for (const read of all) {
    const database = databases.get(read.file.extractor);
    if (database === undefined) yield* statementsIn(read);
    else if (read.file.supersedes === undefined) add(database, read);
  }
  for (const read of journals.sort((a, b) => textOrder(a.node.name, b.node.name))) {
    const database = databases.get(read.file.extractor);
    if (database !== undefined) apply(database, read);
  }
  for (const database of databases.values()) {
    for (const byArchitecture of database.values()) for (const stated of byArchitecture.values()) yield* stated;
  }
}

function* statementsIn({ node, file }: ReadFile): Generator<Statement> {
  for (const extracted of file.packages) yield { node, file, extracted };
}

function add(database: Database, read: ReadFile): void {
  for (const statement of statementsIn(read)) {
    const { name, architecture = '' } = statement.extracted;
    const byArchitecture = database.get(name) ?? new Map<string, Statement[]>();
    database.set(name, byArchitecture);
    const stated = byArchitecture.get(architecture);
    if (stated === undefined) byArchitecture.set(architecture, [statement]);
    else stated.push(statement);
  }
}

/**
 * A package that is there once changes its architecture where it is not made to be there for several. Of one that is there for
 * several only that of the same architecture is meant; dpkg refuses to read on where that is not what the journal says.
 */
function apply(database: Database, read: ReadFile): void {
  for (const { name, architecture = '', isForOneArchitecture = false } of read.file.supersedes ?? []) {
    const byArchitecture = database.get(name);
    if (isForOneArchitecture || (byArchitecture?.size ?? 0) > 1) byArchitecture?.delete(architecture);
    else byArchitecture?.clear();
  }
  add(database, read);
}
