import { err, messageOf, ok, type Result } from '@tidewaiter/kit';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { decodeXml } from './decode';

export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  /** By name as written, a prefix included. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own character data, not its children's, trimmed. */
  readonly text: string;
}

/** Bounds on what a document may make us keep. Its size is the caller's to bound. */
export interface XmlLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Of one element. */
  readonly maxAttributes: number;
}

export const defaultXmlLimits: XmlLimits = { maxDepth: 200, maxElements: 2_000_000, maxAttributes: 1000 };

/** What is wrong with a document; the message continues a sentence that begins with its name. */
export interface XmlProblem {
  readonly code: 'xml-invalid' | 'xml-too-large';
  readonly message: string;
}

/**
 * The root element of a document, https://www.w3.org/TR/xml/. Nothing is fetched and no declared entity is expanded: a
 * reference to one stays in the text as written.
 */
export function readXml(bytes: Uint8Array, limits: XmlLimits = defaultXmlLimits): Result<XmlElement, XmlProblem> {
  const tree = new Tree(limits);
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  parser.on('attribute', () => tree.attribute());
  parser.on('opentag', (tag) => tree.open(tag));
  parser.on('text', (text) => tree.text(text));
  parser.on('cdata', (text) => tree.text(text));
  parser.on('closetag', () => tree.close());
  parser.on('error', (error) => {
    if (error.message !== undefinedEntity) throw new Refusal('xml-invalid', error.message.replace(/\.$/, ''));
  });
  try {
    parser.write(decodeXml(bytes)).close();
  } catch (error) {
    if (error instanceof Refusal) return err({ code: error.code, message: `is not read: ${messageOf(error)}` });
    throw error;
  }
  if (tree.root === undefined) return err({ code: 'xml-invalid', message: 'is not read: it has no element' });
  return ok(tree.root);
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first element at the end of a path of names; undefined where there is none. */
export function childOf(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let at = element;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** Its text; undefined where there is none or it is empty. */
export function textOf(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return childOf(element, ...path)?.text || undefined;
}

/** Of Saxes. Java's readers know HTML's entities by name, and poms on Maven Central do use them in authors' names. */
const undefinedEntity = 'undefined entity.';

/** Ends the reading from within a parser. */
export class Refusal extends Error {
  constructor(
    readonly code: XmlProblem['code'],
    message: string,
  ) {
    super(message);
  }
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** What a parser tells, as elements. */
export class Tree {
  root: XmlElement | undefined;
  readonly #open: OpenElement[] = [];
  #elements = 0;
  #attributes = 0;

  constructor(private readonly limits: XmlLimits) {}

  attribute(): void {
    this.#attributes += 1;
    if (this.#attributes > this.limits.maxAttributes) {
      throw tooLarge(`an element has more than ${this.limits.maxAttributes} attributes`);
    }
  }

  open({ name, attributes }: SaxesTagPlain): void {
    this.#attributes = 0;
    this.#elements += 1;
    if (this.#elements > this.limits.maxElements)
      throw tooLarge(`it has more than ${this.limits.maxElements} elements`);
    if (this.#open.length === this.limits.maxDepth) {
      throw tooLarge(`its elements are nested deeper than ${this.limits.maxDepth}`);
    }
    const element = {
      name: name.slice(name.indexOf(':') + 1),
      attributes: new Map(Object.entries(attributes)),
      children: [],
      text: '',
    };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.root = element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
  }

  close(): void {
    const element = this.#open.pop();
    if (element !== undefined) element.text = element.text.trim();
  }
}

function tooLarge(message: string): Refusal {
  return new Refusal('xml-too-large', message);
}
