/**
 * OVAL as distributions use it: definitions with metadata and a tree of criteria, whose leaves are tests of installed
 * packages. https://oval-community-guidelines.readthedocs.io/en/latest/oval-schema-documentation/
 *
 * A document is read in one pass. Definitions stand before the tests they refer to, so their trees are kept, and resolved
 * when all is read.
 */
import { childOf, childrenOf, textOf, xmlElements, type XmlElement } from '@tidewaiter/formats';
import { documentsOf, isDocument, readingProblem, type FeedDocument } from '../documents';
import type { FeedProblem, SnapshotPart } from '../feed';
import { conjunctionsOf, criteriaOf, type Criteria } from './criteria';

export interface OvalDefinition {
  readonly id: string;
  readonly title: string;
  readonly metadata: XmlElement;
  /** Each a set of leaves that hold together; one such set is enough. */
  readonly alternatives: readonly (readonly OvalLeaf[])[];
}

/** One test of the machine. */
export interface OvalLeaf {
  readonly comment: string;
  /** What is tested of an installed package; absent for tests of files and texts. */
  readonly package?: { readonly name: string; readonly state: PackageState };
}

export interface PackageState {
  /** Compared with the version of the installed package, `epoch:version-release`. */
  readonly evr?: { readonly operation: string; readonly value: string };
  /** A pattern or a word. */
  readonly architecture?: string;
}

const maxConjunctions = 50_000;
const elementLimits = { maxDepth: 60, maxElements: 500_000, maxAttributes: 100 };
const wanted = new Set(['definition', 'rpminfo_test', 'rpminfo_object', 'rpminfo_state']);

/** Every definition of the OVAL documents of a part with the path of its document. */
export async function* ovalDefinitions(
  part: SnapshotPart,
): AsyncGenerator<{ readonly path: string; readonly definition: OvalDefinition } | FeedProblem> {
  for await (const document of documentsOf(part, (name) => /\.xml$/i.test(name))) {
    if (isDocument(document)) yield* readDocument(document, part.name);
    else yield document;
  }
}

interface Unresolved {
  readonly id: string;
  readonly metadata: XmlElement;
  readonly criteria: Criteria;
}

interface PackageTest {
  readonly object: string;
  readonly state: string | undefined;
}

class OvalTables {
  readonly definitions: Unresolved[] = [];
  /** Definitions that lack what makes them one. */
  readonly unusable: string[] = [];
  readonly tests = new Map<string, PackageTest>();
  readonly names = new Map<string, string>();
  readonly states = new Map<string, PackageState>();

  take(element: XmlElement): void {
    const id = element.attributes.get('id') ?? '';
    switch (element.name) {
      case 'definition':
        this.define(id, element);
        return;
      case 'rpminfo_test':
        this.tests.set(id, {
          object: childOf(element, 'object')?.attributes.get('object_ref') ?? '',
          state: childOf(element, 'state')?.attributes.get('state_ref'),
        });
        return;
      case 'rpminfo_object':
        this.names.set(id, textOf(element, 'name') ?? '');
        return;
      default:
        this.states.set(id, stateOf(element));
    }
  }

  private define(id: string, element: XmlElement): void {
    const metadata = childOf(element, 'metadata');
    const [criteria] = childrenOf(element, 'criteria');
    if (metadata === undefined || criteria === undefined) {
      this.unusable.push(id);
      return;
    }
    this.definitions.push({ id, metadata, criteria: criteriaOf(criteria) });
  }
}

function stateOf(element: XmlElement): PackageState {
  const evr = childOf(element, 'evr');
  const architecture = textOf(element, 'arch');
  return {
    ...(evr !== undefined && { evr: { operation: evr.attributes.get('operation') ?? 'equals', value: evr.text } }),
    ...(architecture !== undefined && { architecture }),
  };
}

async function* readDocument(document: FeedDocument, part: string) {
  const { path } = document;
  const tables = new OvalTables();
  try {
    for await (const element of xmlElements(document.chunks(), wanted, elementLimits)) tables.take(element);
  } catch (error) {
    yield readingProblem(part, path, error);
    return;
  }
  if (tables.definitions.length === 0) {
    yield { code: 'oval-empty', message: `${path} has no definition`, part, path, fatal: true as const };
  }
  for (const id of tables.unusable) {
    const message = `${id === '' ? 'a definition' : id} in ${path} has no metadata or no criteria`;
    yield { code: 'oval-definition-invalid', message, part, path: `${path}#${id}` };
  }
  for (const unresolved of tables.definitions) {
    const alternatives = conjunctionsOf(unresolved.criteria, maxConjunctions);
    if (alternatives === undefined) {
      const message = `${unresolved.id} in ${path} has criteria that are negated or too many to be read`;
      yield { code: 'oval-criteria-unusable', message, part, path: `${path}#${unresolved.id}` };
      continue;
    }
    const { id, metadata } = unresolved;
    const resolved = alternatives.map((leaves) => leaves.map((leaf) => resolve(leaf, tables)));
    yield { path, definition: { id, metadata, title: textOf(metadata, 'title') ?? '', alternatives: resolved } };
  }
}

function resolve({ test, comment }: { test: string; comment: string }, tables: OvalTables): OvalLeaf {
  const found = tables.tests.get(test);
  const name = found === undefined ? undefined : tables.names.get(found.object);
  if (found === undefined || name === undefined) return { comment };
  const state = found.state === undefined ? undefined : tables.states.get(found.state);
  return { comment, package: { name, state: state ?? {} } };
}
