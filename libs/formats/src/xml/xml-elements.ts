import { messageOf } from '@tidewaiter/kit';
import { SaxesParser } from 'saxes';
import { defaultXmlLimits, Refusal, Tree, type XmlElement, type XmlLimits } from './xml';

/** Why a document is not read to its end; the message continues a sentence that begins with its name. */
export class XmlFault extends Error {
  constructor(
    readonly code: 'xml-invalid' | 'xml-too-large',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Every outermost element with one of these names (without prefix), whole, one after the other: a document of any size needs
 * the memory of its largest such element. `limits` hold for each of them. UTF-8 alone.
 * @throws XmlFault
 */
export async function* xmlElements(
  chunks: AsyncIterable<Uint8Array>,
  names: ReadonlySet<string>,
  limits: XmlLimits = defaultXmlLimits,
): AsyncGenerator<XmlElement> {
  const picker = new Picker(names, limits);
  const text = new TextDecoder('utf-8');
  try {
    for await (const chunk of chunks) yield* picker.take(text.decode(chunk, { stream: true }));
    yield* picker.end(text.decode());
  } catch (error) {
    if (error instanceof Refusal) throw new XmlFault(error.code, `is not read: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

class Picker {
  readonly #parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  #tree: Tree | undefined;
  #depth = 0;
  #picked: XmlElement[] = [];
  #isDocument = false;

  constructor(names: ReadonlySet<string>, limits: XmlLimits) {
    const parser = this.#parser;
    parser.on('opentag', (tag) => {
      this.#isDocument = true;
      if (this.#tree === undefined && names.has(tag.name.slice(tag.name.indexOf(':') + 1)))
        this.#tree = new Tree(limits);
      if (this.#tree === undefined) return;
      this.#depth += 1;
      this.#tree.open(tag);
    });
    parser.on('attribute', () => this.#tree?.attribute());
    parser.on('text', (text) => this.#tree?.text(text));
    parser.on('cdata', (text) => this.#tree?.text(text));
    parser.on('closetag', () => {
      this.#close();
    });
    parser.on('error', (error) => {
      throw new Refusal('xml-invalid', error.message.replace(/\.$/, ''));
    });
  }

  take(text: string): readonly XmlElement[] {
    this.#parser.write(text);
    const picked = this.#picked;
    this.#picked = [];
    return picked;
  }

  end(text: string): readonly XmlElement[] {
    const picked = this.take(text);
    this.#parser.close();
    if (!this.#isDocument) throw new Refusal('xml-invalid', 'it has no element');
    return picked;
  }

  #close(): void {
    const tree = this.#tree;
    if (tree === undefined) return;
    tree.close();
    this.#depth -= 1;
    if (this.#depth > 0) return;
    if (tree.root !== undefined) this.#picked.push(tree.root);
    this.#tree = undefined;
  }
}
