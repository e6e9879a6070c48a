import { childOf, readXml, textOf, type XmlElement, type XmlProblem } from '@tidewaiter/formats';
import { err, ok, type Result } from '@tidewaiter/kit';

/** A pom.xml with what can be known from it alone: https://maven.apache.org/pom.html */
export interface Pom {
  readonly group?: string;
  readonly artifact?: string;
  readonly version?: string;
  readonly project: XmlElement;
  /** The text with its `${...}` filled in; undefined where one of them is not known here. */
  resolve(text: string | undefined): string | undefined;
}

export function parsePom(bytes: Uint8Array): Result<Pom, XmlProblem> {
  const document = readXml(bytes, { maxDepth: 100, maxElements: 200_000, maxAttributes: 100 });
  if (!document.ok) return document;
  const project = document.value;
  if (project.name !== 'project') return err({ code: 'xml-invalid', message: 'is not read: it is no Maven project' });
  const resolve = resolverOf(project);
  const group = resolve(textOf(project, 'groupId') ?? textOf(project, 'parent', 'groupId'));
  const artifact = resolve(textOf(project, 'artifactId'));
  const version = resolve(textOf(project, 'version') ?? textOf(project, 'parent', 'version'));
  return ok({
    project,
    resolve,
    ...(group === undefined ? {} : { group }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(version === undefined ? {} : { version }),
  });
}

const maxSubstitutions = 30;
const maxValueLength = 500;

function resolverOf(project: XmlElement): Pom['resolve'] {
  return (text) => {
    let value = text;
    // A value may refer to a value; one that refers to itself, or grows, ends here.
    for (let count = 0; value !== undefined && value.length <= maxValueLength; count++) {
      const reference = /\$\{([^{}]*)\}/.exec(value);
      if (reference === null) return value;
      if (count === maxSubstitutions) return undefined;
      const replacement = valueOf(project, (reference[1] ?? '').trim());
      if (replacement === undefined) return undefined;
      value = value.slice(0, reference.index) + replacement + value.slice(reference.index + reference[0].length);
    }
    return undefined;
  };
}

function valueOf(project: XmlElement, key: string): string | undefined {
  const property = childOf(project, 'properties')?.children.find((child) => child.name === key);
  if (property !== undefined) return property.text;
  // Maven 2 spelt `${project.version}` `${pom.version}` or `${version}` as well.
  const path = key.replace(/^(?:project|pom)\./, '').split('.');
  if (path.length > 2 || (path.length === 2 && path[0] !== 'parent')) return undefined;
  const own = textOf(project, ...path);
  return own ?? (path[0] === 'groupId' || path[0] === 'version' ? textOf(project, 'parent', path[0]) : undefined);
}
