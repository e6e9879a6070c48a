import { messageOf } from '@tidewaiter/kit';

/** Why a document is not read to its end; the message continues a sentence that begins with its name. */
export class JsonFault extends Error {
  readonly code = 'json-invalid';
}

export interface JsonMember {
  readonly key: string;
  readonly value: unknown;
}

const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);
const comma = 0x2c;

/**
 * The members of the object that a document is, one after the other, so that a document of any size needs the memory of
 * its largest member. RFC 8259.
 * @throws JsonFault
 */
export async function* jsonMembers(
  chunks: AsyncIterable<Uint8Array>,
  { maxMemberBytes }: { readonly maxMemberBytes: number },
): AsyncGenerator<JsonMember> {
  const splitter = new MemberSplitter(maxMemberBytes);
  for await (const chunk of chunks) {
    for (const text of splitter.take(asBuffer(chunk))) yield memberOf(text);
  }
  splitter.end();
}

/** Cuts at the commas of the outermost object; whether what lies between them is right, the parser says. */
class MemberSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;

  constructor(private readonly maxMemberBytes: number) {}

  *take(chunk: Buffer): Generator<string> {
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
      else if (opening.has(byte)) {
        this.#depth += 1;
        if (this.#depth === 1) start = this.#begin(byte, at);
      } else if (closing.has(byte)) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          yield* this.#cut(chunk.subarray(start, at));
          this.#isOver = true;
          start = at + 1;
        }
      } else if (byte === comma && this.#depth === 1) {
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
    if (byte !== 0x7b || this.#isOver) throw new JsonFault('is no single JSON object');
    this.#held = [];
    this.#heldBytes = 0;
    return at + 1;
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    if (this.#heldBytes > this.maxMemberBytes) {
      throw new JsonFault(`has a member of more than ${this.maxMemberBytes} bytes`);
    }
    // A stream may use its buffer again.
    if (piece.length > 0) this.#held.push(Buffer.from(piece));
  }

  *#cut(last: Buffer): Generator<string> {
    this.#hold(last);
    const text = Buffer.concat(this.#held).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    if (text.trim() !== '') yield text;
  }
}

function memberOf(text: string): JsonMember {
  try {
    const [[key, value] = ['', undefined]] = Object.entries(JSON.parse(`{${text}}`) as Record<string, unknown>);
    return { key, value };
  } catch (error) {
    throw new JsonFault(`is not JSON (${messageOf(error)})`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
