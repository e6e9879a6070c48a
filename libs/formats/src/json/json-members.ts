import { messageOf } from '@tidewaiter/kit';

/** Why a document is not read to its end; the message continues a sentence that begins with its name. */
export class JsonFault extends Error {
  readonly code = 'json-invalid';
}

export interface JsonMember {
  readonly key: string;
  readonly value: unknown;
  /** Of an element of the list that was asked for. */
  readonly index?: number;
}

export interface JsonMemberOptions {
  /** Of one member, or of one element of the list. */
  readonly maxMemberBytes: number;
  /** Key of a member that is a list too long to hold: it comes as an empty list first, and then element by element. */
  readonly list?: string;
}

const quote = 0x22;
const backslash = 0x5c;
const openingBrace = 0x7b;
const openingBracket = 0x5b;
const closingBrace = 0x7d;
const closingBracket = 0x5d;
const comma = 0x2c;

/**
 * The members of the object that a document is, one after the other, so that a document of any size needs the memory of
 * its largest member. RFC 8259.
 * @throws JsonFault
 */
export async function* jsonMembers(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonMemberOptions,
): AsyncGenerator<JsonMember> {
  const splitter = new MemberSplitter(options);
  for await (const chunk of chunks) yield* splitter.take(asBuffer(chunk));
  splitter.end();
}

/** Cuts at the commas of the outermost object, or of the list in it; whether what lies between is right, the parser says. */
class MemberSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #depth = 0;
  /** Where commas separate. */
  #cutDepth = 1;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;
  #elements = 0;

  constructor(private readonly options: JsonMemberOptions) {}

  *take(chunk: Buffer): Generator<JsonMember> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
        continue;
      }
      if (byte === quote) this.#isInString = true;
      else if (byte === openingBrace || byte === openingBracket) {
        this.#depth += 1;
        if (this.#depth === 1) start = this.#begin(byte, at);
        else if (this.#depth === 2 && byte === openingBracket && this.#isList(chunk.subarray(start, at))) {
          yield { key: this.options.list ?? '', value: [] };
          start = at + 1;
        }
      } else if (byte === closingBrace || byte === closingBracket) {
        if (this.#depth === this.#cutDepth) {
          this.#checkEnd(byte);
          yield* this.#cut(chunk.subarray(start, at));
          start = at + 1;
          this.#isOver = this.#depth === 1;
          this.#cutDepth = 1;
        }
        this.#depth -= 1;
      } else if (byte === comma && this.#depth === this.#cutDepth) {
        yield* this.#cut(chunk.subarray(start, at));
        start = at + 1;
      }
    }
    this.#hold(chunk.subarray(start));
  }

  end(): void {
    if (!this.#isOver) throw new JsonFault('is no JSON object, or it is cut off');
  }

  #begin(byte: number, at: number): number {
    if (byte !== openingBrace || this.#isOver) throw new JsonFault('is no single JSON object');
    this.#takeHeld();
    return at + 1;
  }

  #checkEnd(byte: number): void {
    if (byte === (this.#depth === 1 ? closingBrace : closingBracket)) return;
    throw new JsonFault('is not JSON (a bracket is closed by one of the other kind)');
  }

  /** Whether what opens is the list; then what was held, its key, is done with. */
  #isList(last: Buffer): boolean {
    if (this.options.list === undefined || this.#cutDepth === 2) return false;
    const key = Buffer.concat([...this.#held, last])
      .toString('utf8')
      .trim();
    if (!key.endsWith(':') || parse(key.slice(0, -1)) !== this.options.list) return false;
    this.#takeHeld();
    this.#cutDepth = 2;
    return true;
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    const { maxMemberBytes } = this.options;
    if (this.#heldBytes > maxMemberBytes) throw new JsonFault(`has a member of more than ${maxMemberBytes} bytes`);
    // A stream may use its buffer again.
    if (piece.length > 0) this.#held.push(Buffer.from(piece));
  }

  *#cut(last: Buffer): Generator<JsonMember> {
    this.#hold(last);
    const text = this.#takeHeld();
    if (text.trim() === '') return;
    if (this.#cutDepth === 1) yield memberOf(text);
    else {
      yield { key: this.options.list ?? '', value: parse(text), index: this.#elements };
      this.#elements += 1;
    }
  }

  #takeHeld(): string {
    const text = Buffer.concat(this.#held).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }
}

function memberOf(text: string): JsonMember {
  const [[key, value] = ['', undefined]] = Object.entries(parse(`{${text}}`) as Record<string, unknown>);
  return { key, value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonFault(`is not JSON (${messageOf(error)})`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
